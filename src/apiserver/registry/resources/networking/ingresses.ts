import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateIngress, validateIngressUpdate } from './ingress-validation.ts';

interface Ingress {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly ingressClassName?: string;
    readonly rules?: readonly { readonly host?: string }[];
    readonly tls?: readonly object[];
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
  };
}

/** Mirrors printers printIngress. */
export const ingresses = defineResource({
  group: 'networking.k8s.io',
  resource: 'ingresses',
  strategy: { validate: validateIngress, validateUpdate: validateIngressUpdate },
  table: namedTable(['Class', 'Hosts', 'Address', 'Ports'].map(textColumn), (object) => {
    const { spec, status } = viewAs<Ingress>(object);
    return [
      spec?.ingressClassName ?? '<none>',
      hostsText(spec?.rules ?? []),
      addressesText(status?.loadBalancer?.ingress ?? []),
      (spec?.tls?.length ?? 0) > 0 ? '80, 443' : '80',
    ];
  }),
});

const hostsMax = 3;

function hostsText(rules: readonly { readonly host?: string }[]): string {
  const hosts: string[] = [];
  let more = false;
  for (const { host = '' } of rules) {
    if (hosts.length === hostsMax) more = true;
    else if (host !== '') hosts.push(host);
  }
  if (hosts.length === 0) return '*';
  const shown = hosts.join(',');
  return more ? `${shown} + ${rules.length - hostsMax} more...` : shown;
}

function addressesText(points: readonly { readonly ip?: string; readonly hostname?: string }[]): string {
  const addresses = points.map(({ ip, hostname }) => ip || (hostname ?? '')).filter((address) => address !== '');
  return [...new Set(addresses)].toSorted().join(',');
}
