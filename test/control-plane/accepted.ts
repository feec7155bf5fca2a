/** Errors that upstream's components log with a tenant and not with upstream's own API server, and why that is as it should be. */

interface Accepted {
  /** Of a class of errors (log-classes). */
  readonly matches: RegExp;
  readonly reason: string;
}

export const accepted: readonly Accepted[] = [
  {
    matches: /event_broadcaster\.go "Server rejected event .* (because it is being terminated|namespaces .* not found)/,
    reason: 'an event of what ends with its namespace comes too late, on either side, once in a long while',
  },
  {
    matches: /"(Plugin Failed|Error scheduling pod; retrying)" .*because it is being terminated.*/,
    reason:
      'a pod that was made in the moment in which its namespace began to end is not bound any more: NamespaceLifecycle, as upstream has it',
  },
  {
    matches: /horizontal\.go .*failed to query scale subresource for .* not found/,
    reason: 'an autoscaler looks, now and then, at a deployment in the moment after its deletion',
  },
];
