/** There was no answer: no connection, a connection that broke, a time limit. What was asked for may or may not have happened. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** `error` as a {@link ConnectionError}: itself when it is one, else wrapped with its message and cause. */
export function connectionError(what: string, error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  return new ConnectionError(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}
