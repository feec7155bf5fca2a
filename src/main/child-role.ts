/** A role in a process of its own, watched over: started again when it dies, stopped with us. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { backoffDelay } from '../lib/backoff.ts';
import { sleep } from '../lib/clock.ts';
import type { Service } from '../lib/service.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';

export interface ChildRoleOptions {
  /** `tenant`, `host`. */
  readonly role: string;
  readonly args: readonly string[];
  /** For Node.js itself. */
  readonly nodeFlags?: readonly string[];
  /** Besides our own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where its log goes; begun anew when it has grown too long. */
  readonly logFile: string;
  /** Told in words for the terminal: a process that died, and what it said last. */
  readonly onTrouble: (text: string) => void;
}

const readyTimeoutMs = 60_000;
/** Longer than the process itself takes to stop in good order. */
const stopTimeoutMs = 15_000;
const restart = { initialMs: 200, maxMs: 10_000 };
const lastWordsMax = 2000;
const logBytesMax = 16 * 1024 * 1024;

/** The process says by a message when it is ready (see {@link tellReady}). */
export class ChildRole implements Service {
  readonly name: string;
  readonly #options: ChildRoleOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  #failures = 0;
  #wasReady = false;

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
    const log = openLog(this.#options.logFile);
    const { nodeFlags = [], environment, role, args } = this.#options;
    const child = spawn(process.execPath, [...nodeFlags, program, role, ...args], {
      stdio: ['ignore', 'inherit', log, 'ipc'],
      env: { ...process.env, ...environment },
      // Ctrl-C is for us: we stop the roles in order. Should we be killed, they notice that we have gone.
      detached: true,
    });
    closeSync(log);
    this.#child = child;
    const ready = Promise.withResolvers<void>();
    child.once('message', () => ready.resolve());
    child.once('error', (error) => ready.reject(error));
    child.once('exit', (code, signal) => {
      ready.reject(new Error(`${this.name} ended (${signal ?? code}) before it was ready:\n${this.#lastWords()}`));
      // Who never was ready won't be by trying again: `start` tells its caller.
      if (!this.#stopping && this.#wasReady) void this.#spawnAgain(signal ?? code);
    });
    const timer = realClock.after(readyTimeoutMs, () =>
      ready.reject(new Error(`${this.name} is not ready after ${readyTimeoutMs} ms`)),
    );
    try {
      await ready.promise;
      this.#failures = 0;
      this.#wasReady = true;
    } finally {
      timer.cancel();
    }
  }

  #lastWords(): string {
    return readFileSync(this.#options.logFile, 'utf8').slice(-lastWordsMax).trim();
  }

  async #spawnAgain(ended: string | number | null): Promise<void> {
    this.#options.onTrouble(`${this.name} ended (${ended}); starting it again. Its log: ${this.#options.logFile}`);
    this.#failures++;
    await sleep(realClock, backoffDelay(restart, this.#failures, realRandom));
    if (this.#stopping) return;
    await this.#spawn().catch((error: unknown) => this.#options.onTrouble(String(error)));
  }
}

/** Appends; begins anew where the file has grown too long. */
function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytesMax) rmSync(path);
  return openSync(path, 'a', 0o600);
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
