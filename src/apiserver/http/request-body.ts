/** Reads a whole request body, within its limits. */
import type { Readable } from 'node:stream';
import { newRequestEntityTooLarge, newTimeout, type StatusError } from '../../api/status.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ListenerLimits } from './listener-options.ts';

/** What to answer instead; or `gone`: nobody is there to be answered. */
export type BodyFailure = StatusError | 'gone';

const empty = new Uint8Array();

/** Calls `done` once. Never keeps more than the limit; what comes after it is dropped. */
export function readRequestBody(
  stream: Readable,
  contentLength: string | undefined,
  clock: Clock,
  limits: Pick<ListenerLimits, 'bodyBytesMax' | 'bodyTimeoutMs'>,
  done: (body: Uint8Array, failure?: BodyFailure) => void,
): void {
  let chunks: Buffer[] = [];
  let size = 0;
  let finished = false;
  const timer = clock.after(limits.bodyTimeoutMs, () => finish(newTimeout('the request body did not come in time', 0)));
  function finish(failure?: BodyFailure): void {
    if (finished) return;
    finished = true;
    timer.cancel();
    const [first] = chunks;
    const body = chunks.length === 1 && first ? first : chunks.length === 0 ? empty : Buffer.concat(chunks, size);
    chunks = [];
    if (failure === undefined) done(body);
    else done(empty, failure);
  }
  function tooLarge(): void {
    chunks = [];
    finish(newRequestEntityTooLarge(`limit is ${limits.bodyBytesMax}`));
  }
  stream.on('data', (chunk: Buffer) => {
    if (finished) return;
    size += chunk.length;
    if (size > limits.bodyBytesMax) tooLarge();
    else chunks.push(chunk);
  });
  stream.on('end', () => finish());
  stream.on('close', () => finish('gone'));
  if (Number(contentLength) > limits.bodyBytesMax) tooLarge();
}
