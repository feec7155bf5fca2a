/**
 * Answers that were given but not yet taken: slow readers of large lists must not fill the memory. Above the limit, large answers are
 * refused; one that is not taken in time is dropped.
 */
import type { Writable } from 'node:stream';
import type { ApiResponse } from '../../api/exchange.ts';
import { newTooManyRequests } from '../../api/status.ts';
import type { Clock } from '../../lib/clock.ts';
import { failureResponse } from './failure-response.ts';
import type { ListenerLimits } from './listener-options.ts';
import { isStream } from './response-body.ts';

/** Smaller ones don't count. */
const countedBytesMin = 32 * 1024;
const retryAfterSeconds = 1;

export class UnreadAnswers {
  readonly #clock: Clock;
  readonly #limits: Pick<ListenerLimits, 'unreadBytesMax' | 'unreadTimeoutMs'>;
  #bytes = 0;

  constructor(clock: Clock, limits: Pick<ListenerLimits, 'unreadBytesMax' | 'unreadTimeoutMs'>) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** The response, or a refusal where too much waits already. One is always admitted, however large. */
  admit(response: ApiResponse): ApiResponse {
    const { body } = response;
    if (isStream(body) || body.length < countedBytesMin) return response;
    if (this.#bytes === 0 || this.#bytes + body.length <= this.#limits.unreadBytesMax) return response;
    return failureResponse(
      newTooManyRequests('too many large answers wait to be read, please try again later', retryAfterSeconds),
    );
  }

  /** Counts `bytes` until `target` closes, which it does by `drop` when they aren't taken in time. */
  hold(target: Writable, bytes: number, drop: () => void): void {
    if (bytes < countedBytesMin) return;
    this.#bytes += bytes;
    const timer = this.#clock.after(this.#limits.unreadTimeoutMs, drop);
    let held = true;
    const release = (): void => {
      if (held) this.#bytes -= bytes;
      held = false;
      timer.cancel();
    };
    // HTTP/1.1: the next answer on the connection begins when this one is finished.
    target.once('finish', release);
    target.once('close', release);
  }
}
