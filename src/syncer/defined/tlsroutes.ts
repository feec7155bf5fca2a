import { gatewayKind } from './gateway-kind.ts';

export const tlsroutes = gatewayKind({
  plural: 'tlsroutes',
  names: [
    ['spec.parentRefs[*]', 'gateways'],
    ['spec.rules[*].backendRefs[*]', 'services'],
  ],
});
