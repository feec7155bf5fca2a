import type { Attributes } from '../authz/authorizer.ts';

const podConnections = new Set(['exec', 'attach', 'portforward']);

/**
 * What a caller must be allowed besides: a GET that opens a WebSocket into a pod does what a POST does, so whoever may only `get` may not.
 * Mirrors kubernetes registry/core/pod/rest ensureAuthorizedForVerb (AuthorizePodWebsocketUpgradeCreatePermission).
 */
export function alsoNeeded(attributes: Attributes): Attributes | undefined {
  const { group, resource, subresource, verb } = attributes;
  if (group !== '' || resource !== 'pods' || verb !== 'get' || !podConnections.has(subresource)) return undefined;
  return { ...attributes, verb: 'create' };
}
