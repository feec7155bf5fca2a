/**
 * Processes that outlive the one who started them, and are ended by whoever holds their record. A record names a process by its pid and by when it
 * began, so that a stale record never hits a stranger who was given the same pid.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the system's own notation; only to be compared. */
  readonly began: string;
}

const pollMs = 20;

/** What identifies the process with this pid now. @throws Error when there is none. */
export function processIdentity(pid: number): ProcessIdentity {
  const began = beginningOf(pid);
  if (began === undefined) throw new Error(`no process ${pid}`);
  return { pid, began };
}

/** Whether that very process still runs. One that has ended and is not yet reaped does not. */
export function isRunning(identity: ProcessIdentity): boolean {
  return beginningOf(identity.pid) === identity.began;
}

/** Starts a program in a session of its own, its output appended to a file. @throws Error when there is no such program, or it ends at once. */
export async function startDetached(
  program: string,
  args: readonly string[],
  logFile: string,
): Promise<ProcessIdentity> {
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log] });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return processIdentity(child.pid ?? -1);
  } finally {
    closeSync(log);
  }
}

/** Asks the process to end, and ends it by force after `graceMs` (at once when 0). Resolves when it is gone. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  const forceAt = performance.now() + graceMs;
  if (graceMs > 0) signal(identity, 'SIGTERM');
  while (isRunning(identity)) {
    if (performance.now() >= forceAt) signal(identity, 'SIGKILL');
    await sleep(pollMs);
  }
}

/**
 * Runs a command once this process is gone, however it ended: a waiting shell reads from a pipe that only this process holds open.
 * Returns what calls that off; may be called again.
 */
export function runAfterThisProcess(program: string, args: readonly string[]): () => void {
  const shell = spawn('/bin/sh', ['-c', 'cat >/dev/null; exec "$@"', 'sh', program, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  // A pipe to a child keeps the event loop alive, which would keep this process from ever ending.
  if (shell.stdin && 'unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  let ended = false;
  shell.once('exit', () => (ended = true));
  return () => {
    // The shell and its `cat`: a process group of their own.
    if (!ended && shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
    ended = true;
  };
}

function signal(identity: ProcessIdentity, name: 'SIGTERM' | 'SIGKILL'): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    // Gone between the look and the call.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function beginningOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    }
    // proc(5): after the name in parentheses come the state and, as field 22, the start in clock ticks since boot.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
