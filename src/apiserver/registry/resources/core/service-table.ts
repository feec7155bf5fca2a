/** Mirrors printers printService, v1.36. */
import type { ObjectMeta } from '../../../../api/object.ts';
import type { TablePrinter } from '../../resource-definition.ts';
import { ageColumn, ageOf, labelsText, nameColumn, nameOf, textColumn, wide } from '../columns.ts';
import { viewAs } from '../view.ts';

interface Service {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly type?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalIPs?: readonly string[];
    readonly externalName?: string;
    readonly ports?: readonly { readonly port: number; readonly nodePort?: number; readonly protocol?: string }[];
    readonly selector?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
  };
}

export const serviceTable: TablePrinter = {
  columns: [
    nameColumn,
    textColumn('Type'),
    textColumn('Cluster-IP'),
    textColumn('External-IP'),
    textColumn('Port(s)'),
    ageColumn,
    wide(textColumn('Selector')),
  ],
  row: (object, context) => {
    const service = viewAs<Service>(object);
    const { type = '', clusterIPs = [], selector } = service.spec;
    return [
      nameOf(object),
      type,
      clusterIPs[0] ?? '<none>',
      externalAddresses(service),
      portsText(service.spec.ports ?? []),
      ageOf(object, context),
      labelsText(selector),
    ];
  },
};

function externalAddresses({ spec, status }: Service): string {
  const external = spec.externalIPs ?? [];
  switch (spec.type ?? '') {
    case 'ClusterIP':
    case 'NodePort':
      return external.length > 0 ? external.join(',') : '<none>';
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || (hostname ?? ''));
      const all = [...new Set(ingress.filter((address) => address !== '').toSorted()), ...external];
      return all.length > 0 ? all.join(',') : '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

function portsText(ports: NonNullable<Service['spec']['ports']>): string {
  const parts = ports.map(({ port, nodePort, protocol = 'TCP' }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return parts.length === 0 ? '<none>' : parts.join(',');
}
