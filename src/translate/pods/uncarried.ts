/** What pods ask for and the host can't give them: such a pod is not started without it, and its owner is told. Pure. */
import type { PodSpec } from './pod-view.ts';
import { wantedTokens } from './tokens.ts';

/** All of a pod's tokens are in one Secret, which holds 1 MiB. */
export const tokensMax = 200;

/** In words for the pod's owner; `undefined`: it has all that it asks for. */
export function uncarriedOf(spec: PodSpec): string | undefined {
  const claims = spec['resourceClaims'];
  if (Array.isArray(claims) && claims.length > 0) return 'it asks for resource claims, which do not go to the host';
  const group = spec['schedulingGroup'];
  if (group !== undefined && group !== null) return 'it is scheduled in a group, and groups do not go to the host';
  for (const { name, projected } of spec.volumes ?? []) {
    for (const source of projected?.sources ?? []) {
      if (source['podCertificate'] !== undefined)
        return `volume ${name} asks for a certificate, which only the host could sign`;
      if (source['clusterTrustBundle'] !== undefined && !isOptional(source['clusterTrustBundle']))
        return `volume ${name} asks for a trust bundle, and those do not go to the host`;
    }
  }
  const tokens = wantedTokens(spec).length;
  return tokens > tokensMax ? `it asks for ${tokens} tokens, and may for ${tokensMax}` : undefined;
}

function isOptional(source: unknown): boolean {
  return typeof source === 'object' && source !== null && 'optional' in source && source.optional === true;
}
