/** Errors that upstream's components log with a tenant and not with upstream's own API server, and why that is as it should be. */

interface Accepted {
  /** Of a class of errors (log-classes). */
  readonly matches: RegExp;
  readonly reason: string;
}

export const accepted: readonly Accepted[] = [
  {
    matches: /event_broadcaster\.go "Server rejected event .* in namespace NAME because it is being terminated/,
    reason: 'an event of what ends with its namespace comes too late, on either side, once in a long while',
  },
];
