import { isJsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { parseFieldPath } from '../../translate/custom/field-path.ts';
import { gatewayKind } from './gateway-kind.ts';

const gatewayClasses = { group: 'gateway.networking.k8s.io', version: 'v1', resource: 'gatewayclasses' };

/** The tenant's own: their routes are in their own namespace, and on the host in that of the copies. */
export const gateways = gatewayKind({
  plural: 'gateways',
  names: [
    ['spec.listeners[*].tls.certificateRefs[*]', 'secrets'],
    ['spec.listeners[*].tls.frontendValidation.caCertificateRefs[*]', 'configmaps'],
  ],
  toHost: [{ path: parseFieldPath('spec.listeners[*].allowedRoutes.namespaces'), operation: { type: 'remove' } }],
  follows: [{ gvr: gatewayClasses, ifSeenFromHost: true, namedBy: (gateway) => [classOf(gateway)] }],
  obstacle: (gateway, view) =>
    view.seenFromHost('gatewayclasses', classOf(gateway)) === false
      ? `the host has no gateway class ${classOf(gateway)} for this tenant`
      : undefined,
});

function classOf({ spec = null }: Readonly<KubeObject>): string {
  const name = isJsonObject(spec) ? spec['gatewayClassName'] : undefined;
  return typeof name === 'string' ? name : '';
}
