/** Whom a service account's token is for, and what it is bound to. */
import type { User } from '../../api/user.ts';
import { serviceAccountGroups, serviceAccountUser } from './service-account-names.ts';

export interface TokenRef {
  readonly name: string;
  readonly uid: string;
}

export interface TokenSubject {
  readonly namespace: string;
  readonly serviceAccount: TokenRef;
  /** At most one of `pod`, `secret`; `node` alone, or as the pod's. */
  readonly pod?: TokenRef;
  readonly secret?: TokenRef;
  readonly node?: TokenRef;
}

/** Mirrors apiserver authentication/serviceaccount ServiceAccountInfo.UserInfo. `tokenId`: of the token itself. */
export function serviceAccountUserOf(subject: TokenSubject, tokenId: string | undefined): User {
  const { namespace, serviceAccount, pod, node } = subject;
  const extra: Record<string, readonly string[]> = {};
  const add = (key: string, value: string): void => {
    extra[`authentication.kubernetes.io/${key}`] = [value];
  };
  if (pod) {
    add('pod-name', pod.name);
    add('pod-uid', pod.uid);
  }
  if (tokenId !== undefined) add('credential-id', `JTI=${tokenId}`);
  if (node) {
    add('node-name', node.name);
    if (node.uid !== '') add('node-uid', node.uid);
  }
  return {
    name: serviceAccountUser({ namespace, name: serviceAccount.name }),
    uid: serviceAccount.uid,
    groups: serviceAccountGroups(namespace),
    extra,
  };
}
