/**
 * What is attacked: the built program as real processes on 127.0.0.1, an embedded host with one tenant or two, and what tells whether they still stand: the
 * same process answers, quickly, and its memory is within bounds.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, untilServing, type Caller, type Connection } from '../bench/connection.ts';
import { memoryOf } from '../bench/process-tree.ts';
import { hostRole, placeOnHost, tenantRole, type Role } from '../bench/sublet-process.ts';
import { RawCaller } from './raw-caller.ts';

const program = process.env['SUBLET_PROGRAM'] ?? join(import.meta.dirname, '../../dist/sublet.cjs');
const readyTimeoutMs = 60_000;
/** What a process may weigh once an attack is over and garbage had its time. */
const settledBytesMax = 400 * 1024 * 1024;
const answerMsMax = 5000;

/** One role's process: it may be killed, halted and started again on its data. */
export class Victim {
  readonly folder: string;
  readonly connection: Connection;
  readonly #role: 'tenant' | 'host';
  #child: ChildProcess | undefined;

  constructor(role: 'tenant' | 'host', folder: string, connection: Connection) {
    this.#role = role;
    this.folder = folder;
    this.connection = connection;
  }

  get logFile(): string {
    return join(this.folder, 'log');
  }

  get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  get store(): string {
    return join(this.folder, 'store.sqlite');
  }

  get pid(): number {
    const { pid } = this.#child ?? {};
    if (pid === undefined) throw new Error(`${this.#role} was not started`);
    return pid;
  }

  get ended(): boolean {
    return !this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves when it says that it is ready. @throws Error when it ends before */
  async start(): Promise<void> {
    const log = openSync(this.logFile, 'a');
    const child = spawn(process.execPath, [program, this.#role, '--config', join(this.folder, 'config.json')], {
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#child = child;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.once('message', () => resolve());
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`${this.#role} ended (${signal ?? code}):\n${this.log.slice(-2000)}`)),
    );
    const timer = setTimeout(
      () => reject(new Error(`${this.#role} is not ready:\n${this.log.slice(-2000)}`)),
      readyTimeoutMs,
    );
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      child.removeAllListeners('exit');
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Ends it so, and waits for its end. */
  async end(name: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || this.ended) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(name);
    await exited;
  }

  /** Megabytes that it holds now. */
  megabytes(): number {
    return Math.round(memoryOf([this.pid]).rss / 1024 / 1024);
  }

  /** @throws AssertionError unless the same process answers, in time, and weighs what it may */
  async assertStands(): Promise<void> {
    assert.ok(!this.ended, `${this.#role} has ended:\n${this.ended ? this.log.slice(-3000) : ''}`);
    const began = performance.now();
    const caller = await RawCaller.connect(this.connection);
    try {
      const { status } = await caller.send('GET', '/api/v1/namespaces/default');
      assert.equal(status, 200);
      assert.ok(performance.now() - began < answerMsMax, `it took ${performance.now() - began} ms to answer`);
    } finally {
      caller.close();
    }
    await this.#settled();
  }

  /** Garbage is collected when it must be: what is held is what stays under a limit after a while. */
  async #settled(): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (memoryOf([this.pid]).rss > settledBytesMax) {
      if (performance.now() > deadline) assert.fail(`${this.#role} holds ${this.megabytes()} MB`);
      await sleep(200);
    }
  }
}

export interface Stage {
  readonly folder: string;
  readonly host: Victim;
  readonly tenants: readonly Victim[];
  readonly hostCaller: Caller<'host'>;
  /** Ends all, whatever state it is in, and removes the folder. */
  close(): Promise<void>;
}

/** Host and tenants, running. */
export async function startStage(names: readonly string[] = ['demo']): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-attack-'));
  const host = victimOf('host', join(folder, 'host'), await hostRole(join(folder, 'host')));
  await host.start();
  const hostCaller = call('host', host.connection);
  const tenants: Victim[] = [];
  for (const name of names) {
    const place = await placeOnHost(hostCaller.client, host.connection, name);
    const role = await tenantRole(join(folder, name), name, place);
    const tenant = victimOf('tenant', join(folder, name), role);
    await tenant.start();
    await untilServing(tenant.connection, () => undefined);
    tenants.push(tenant);
  }
  const close = async (): Promise<void> => {
    hostCaller.close();
    for (const victim of [...tenants, host]) {
      victim.signal('SIGCONT');
      await victim.end('SIGKILL');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, host, tenants, hostCaller, close };
}

function victimOf(kind: 'tenant' | 'host', folder: string, role: Role): Victim {
  return new Victim(kind, folder, role.connection);
}
