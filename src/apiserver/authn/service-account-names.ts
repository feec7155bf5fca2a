/** Users and groups that service accounts are. Mirrors apiserver authentication/serviceaccount. */
import { dns1123Label, dns1123Subdomain } from '../../api/names.ts';

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

const prefix = 'system:serviceaccount:';

export function serviceAccountUser({ namespace, name }: ServiceAccountName): string {
  return `${prefix}${namespace}:${name}`;
}

export function serviceAccountGroups(namespace: string): readonly string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** Which account a user's name says; `undefined`: none. */
export function serviceAccountOf(user: string): ServiceAccountName | undefined {
  if (!user.startsWith(prefix)) return undefined;
  const [namespace = '', name = '', ...rest] = user.slice(prefix.length).split(':');
  const fits = rest.length === 0 && dns1123Label(namespace).length === 0 && dns1123Subdomain(name).length === 0;
  return fits ? { namespace, name } : undefined;
}

const nodePrefix = 'system:node:';

/** Which node a user's name says; `undefined`: none. */
export function nodeOf(user: string): string | undefined {
  if (!user.startsWith(nodePrefix)) return undefined;
  const name = user.slice(nodePrefix.length);
  return dns1123Subdomain(name).length === 0 ? name : undefined;
}
