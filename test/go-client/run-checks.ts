/** Go programs that check a cluster: they are built, run, and say what they saw, one line of JSON per check. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildGoPrograms } from '../../hack/host-cluster/go-build.ts';

export interface GoCheck {
  readonly check: string;
  readonly ok: boolean;
  /** What was seen, or what was wrong. */
  readonly detail: string;
  readonly millis: number;
}

const report = (line: string): void => void process.stderr.write(`${line}\n`);

/** Builds the program of a module's folder and runs it. @throws Error when it can't be built, or ends without having run its checks. */
export async function runGoChecks(module: string, name: string, args: readonly string[]): Promise<readonly GoCheck[]> {
  const folder = await buildGoPrograms(name, [{ module, package: '.', name }], report);
  const child = spawn(join(folder, name), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let words = '';
  child.stderr.on('data', (text) => (words += String(text)));
  const checks: GoCheck[] = [];
  // One JSON object a line: main.go's outcome.
  createInterface(child.stdout).on('line', (line) => checks.push(JSON.parse(line) as GoCheck));
  const code = await ended;
  // 1 says that a check failed, which the checks say themselves.
  if (code !== 0 && code !== 1) throw new Error(`${name} ended with ${code}: ${words.trim()}`);
  return checks;
}
