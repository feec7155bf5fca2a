/** `sublet up` as a newcomer runs it: the built program, a folder of its own, the real kubectl. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../dist/sublet.cjs');
/** Generous: the machine may be busy with other tests. */
const readyTimeoutMs = 90_000;

export interface Up {
  readonly folder: string;
  readonly tenantKubeconfig: string;
  readonly hostKubeconfig: string;
  /** What it printed until it was ready. */
  readonly welcome: string;
  readonly pid: number;
  /** Ctrl-C. Resolves to the exit code. */
  interrupt(): Promise<number | null>;
  /** kill -9, without warning. */
  kill(): Promise<void>;
}

export async function newStateFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'sublet-e2e-'));
}

export async function removeStateFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Starts it and resolves when it says that it is ready. */
export async function startUp(folder: string, args: readonly string[] = []): Promise<Up> {
  const child = spawn(process.execPath, [program, 'up', '--dir', folder, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const welcome = await untilReady(child, exited);
  return {
    folder,
    tenantKubeconfig: join(folder, 'tenants/demo.kubeconfig'),
    hostKubeconfig: join(folder, 'host.kubeconfig'),
    welcome,
    pid: child.pid ?? 0,
    interrupt: () => {
      child.kill('SIGINT');
      return exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function untilReady(child: ChildProcess, exited: Promise<number | null>): Promise<string> {
  let output = '';
  const ready = new Promise<string>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ctrl-C stops')) resolve(output);
    });
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not ready in time:\n${output}\n${complaint}`)), readyTimeoutMs);
  });
  const died = exited.then((code) => {
    throw new Error(`ended with ${code}:\n${output}\n${complaint}`);
  });
  try {
    return await Promise.race([ready, late, died]);
  } finally {
    clearTimeout(timer);
    // Later it may end as it likes.
    died.catch(() => undefined);
  }
}

export interface Kubectl {
  /** Standard output. Rejects, with what kubectl said, when it fails. */
  (...args: readonly string[]): Promise<string>;
}

/** The real kubectl with one kubeconfig. */
export function kubectlWith(kubectl: string, kubeconfig: string): Kubectl {
  return async (...args) => {
    try {
      const { stdout } = await run(kubectl, ['--kubeconfig', kubeconfig, ...args], {
        maxBuffer: 64 << 20,
        timeout: 120_000,
      });
      return stdout;
    } catch (error) {
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
      throw new Error(`kubectl ${args.join(' ')} failed: ${said}`, { cause: error });
    }
  };
}

/** Tries until `check` no longer throws; rethrows the last failure when the time is over. */
export async function eventually<T>(check: () => Promise<T>, timeoutMs = 60_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
