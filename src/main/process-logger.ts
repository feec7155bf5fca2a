import { pino } from 'pino';
import type { Logger } from '../lib/logger.ts';

/**
 * The process's log: JSON lines on standard error, written asynchronously by pino's own stream (no worker: it costs 11 MB a process).
 * `level`: `debug`, `info`, `warn`, `error` or `silent`.
 */
export function processLogger(role: string, level: string): Logger {
  return pino({ level, base: { role } }, pino.destination({ dest: 2, sync: false }));
}
