import { gatewayKind } from './gateway-kind.ts';

export const grpcroutes = gatewayKind({
  plural: 'grpcroutes',
  names: [
    ['spec.parentRefs[*]', 'gateways'],
    ['spec.rules[*].backendRefs[*]', 'services'],
    ['spec.rules[*].filters[*].requestMirror.backendRef', 'services'],
    ['spec.rules[*].backendRefs[*].filters[*].requestMirror.backendRef', 'services'],
  ],
});
