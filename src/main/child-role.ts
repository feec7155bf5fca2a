/** A role in a process of its own, watched over: started again when it dies, stopped with us. */
import { spawn, type ChildProcess } from 'node:child_process';
import { backoffDelay } from '../lib/backoff.ts';
import { sleep } from '../lib/clock.ts';
import type { Service } from '../lib/service.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';

export interface ChildRoleOptions {
  /** `tenant`, `host`. */
  readonly role: string;
  readonly args: readonly string[];
  /** Told in words for the terminal: a process that died, and what it said last. */
  readonly onTrouble: (text: string) => void;
}

const readyTimeoutMs = 60_000;
/** Longer than the process itself takes to stop in good order. */
const stopTimeoutMs = 15_000;
const restart = { initialMs: 200, maxMs: 10_000 };
const lastWordsMax = 4000;

/** The process says by a message when it is ready (see {@link tellReady}). */
export class ChildRole implements Service {
  readonly name: string;
  readonly #options: ChildRoleOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  #failures = 0;

  constructor(options: ChildRoleOptions) {
    this.#options = options;
    this.name = options.role;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when the process is ready; rejects with its last words when it ends before. */
  async start(): Promise<void> {
    await this.#spawn();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const abort = new AbortController();
    await Promise.race([exited, sleep(realClock, stopTimeoutMs, abort.signal)]);
    abort.abort();
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  }

  async #spawn(): Promise<void> {
    const program = process.argv[1] ?? '';
    const child = spawn(process.execPath, [program, this.#options.role, ...this.#options.args], {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      // Ctrl-C is for us: we stop the roles in order. Should we be killed, they notice that we have gone.
      detached: true,
    });
    this.#child = child;
    let lastWords = '';
    child.stderr?.on('data', (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-lastWordsMax)));
    const ready = Promise.withResolvers<void>();
    child.once('message', () => ready.resolve());
    child.once('error', (error) => ready.reject(error));
    child.once('exit', (code, signal) => {
      ready.reject(new Error(`${this.name} ended (${signal ?? code}) before it was ready:\n${lastWords}`));
      if (!this.#stopping) void this.#spawnAgain(lastWords);
    });
    const timer = realClock.after(readyTimeoutMs, () =>
      ready.reject(new Error(`${this.name} is not ready after ${readyTimeoutMs} ms`)),
    );
    try {
      await ready.promise;
      this.#failures = 0;
    } finally {
      timer.cancel();
    }
  }

  async #spawnAgain(lastWords: string): Promise<void> {
    // Before the first readiness, `start` tells its caller.
    if (this.#failures === 0) this.#options.onTrouble(`${this.name} died; starting it again.\n${lastWords}`);
    this.#failures++;
    await sleep(realClock, backoffDelay(restart, this.#failures, realRandom));
    if (this.#stopping) return;
    await this.#spawn().catch((error: unknown) => this.#options.onTrouble(String(error)));
  }
}

/** Tells the parent process, where there is one, that this role is ready. */
export function tellReady(): void {
  process.send?.('ready');
}

/** Resolves at SIGTERM or SIGINT, or when the parent process has gone. */
export function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    process.once('disconnect', () => resolve());
  });
}
