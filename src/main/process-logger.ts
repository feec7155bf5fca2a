import { pino, stdSerializers } from 'pino';
import type { Logger } from '../lib/logger.ts';

/**
 * The process's log: JSON lines on standard error, written asynchronously by pino's own stream (no worker: it costs 11 MB a process).
 * `level`: `debug`, `info`, `warn`, `error` or `silent`.
 */
export function processLogger(role: string, level: string): Logger {
  // Under either name, an error is logged with its stack and its causes.
  const serializers = { err: stdSerializers.err, error: stdSerializers.err };
  return pino({ level, base: { role }, serializers }, pino.destination({ dest: 2, sync: false }));
}
