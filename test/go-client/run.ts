/** Builds and runs the Go client of this folder: does with a cluster what operators do, through client-go. Its checks are listed in its Go files. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildGoPrograms, goUnavailable } from '../../hack/host-cluster/go-build.ts';

export interface GoClientCheck {
  readonly check: string;
  readonly ok: boolean;
  /** What was seen, or what was wrong. */
  readonly detail: string;
  readonly millis: number;
}

export interface GoClientOptions {
  /** Names of checks not to run. */
  readonly skip?: readonly string[];
  /** If given: the only checks to run, beside `namespace` and `namespace.delete`. */
  readonly only?: readonly string[];
}

const report = (line: string): void => void process.stderr.write(`${line}\n`);

/** Why the program can't be built here; undefined when it can. */
export function goClientUnavailable(): string | undefined {
  return goUnavailable(import.meta.dirname);
}

/**
 * Runs the checks against the cluster of a kubeconfig, in a namespace that it makes and deletes. Each check ends within a minute, well or not.
 * @throws Error when the program can't be built, or ends without having run its checks.
 */
export async function runGoClient(
  kubeconfig: string,
  options: GoClientOptions = {},
): Promise<readonly GoClientCheck[]> {
  const program = { module: import.meta.dirname, package: '.', name: 'go-client' };
  const folder = await buildGoPrograms('go-client', [program], report);
  const args = ['-kubeconfig', kubeconfig, '-skip', (options.skip ?? []).join(), '-only', (options.only ?? []).join()];
  const child = spawn(join(folder, program.name), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let words = '';
  child.stderr.on('data', (text) => (words += String(text)));
  const checks: GoClientCheck[] = [];
  // One JSON object a line: main.go's outcome.
  createInterface(child.stdout).on('line', (line) => checks.push(JSON.parse(line) as GoClientCheck));
  const code = await ended;
  // 1 says that a check failed, which the checks say themselves.
  if (code !== 0 && code !== 1) throw new Error(`the Go client ended with ${code}: ${words.trim()}`);
  return checks;
}
