/** Errors that are nobody's bad luck, found in what is logged. */
import { StatusError } from '../../src/api/status.ts';
import { ConnectionError } from '../../src/client/connection-error.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { StoreClosedError } from '../../src/storage/store.ts';

/** Refusals and broken connections are what this is about; any other error is a bug. */
export function isBadLuck(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof StatusError || at instanceof ConnectionError || at instanceof StoreClosedError) return true;
  }
  return false;
}

/** `expected`: said by errors that are no StatusErrors, and yet in the course of things. */
export function watchfulLogger(note: (text: string) => void, bugs: string[], expected: RegExp): Logger {
  const look = (details: object, message = ''): void => {
    const error: unknown = 'err' in details ? details.err : 'error' in details ? details.error : undefined;
    if (!(error instanceof Error)) return;
    const key = 'key' in details ? String(details.key) : '';
    note(`${message} ${key}: ${error.message}`);
    if (!isBadLuck(error) && !expected.test(error.message)) bugs.push(`${message}: ${error.stack}`);
  };
  const logger: Logger = { debug: () => undefined, info: look, warn: look, error: look, child: () => logger };
  return logger;
}
