/** Errors that upstream's components log with a tenant and not with upstream's own API server, and why that is as it should be. */

interface Accepted {
  /** Of a class of errors (log-classes). */
  readonly matches: RegExp;
  readonly reason: string;
}

export const accepted: readonly Accepted[] = [
  {
    matches: /configmaps \\"kube-apiserver-legacy-service-account-token-tracking\\" not found/,
    // Its cleaner deletes Secrets whose tokens were not used for a year, by a label that the API server keeps.
    reason: 'a tenant does not track the use of tokens in Secrets, and must not say that it does',
  },
];
