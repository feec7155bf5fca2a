/** Errors that upstream's components log with a tenant and not with upstream's own API server, and why that is as it should be. */

interface Accepted {
  /** Of a class of errors (log-classes). */
  readonly matches: RegExp;
  readonly reason: string;
}

export const accepted: readonly Accepted[] = [];
