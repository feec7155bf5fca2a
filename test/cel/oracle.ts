/** Asks upstream: the Go program in `oracle`, built from Kubernetes' own modules. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildGoPrograms, goUnavailable } from '../../hack/host-cluster/go-build.ts';
import type { JsonValue } from '../../src/api/json.ts';

export interface OracleRequest {
  readonly expr?: string;
  readonly variables?: JsonValue;
  readonly schema?: JsonValue;
  readonly object?: JsonValue;
  readonly old?: JsonValue;
}

/** What is empty is absent. */
export interface OracleAnswer {
  readonly issues?: string;
  readonly planError?: string;
  readonly type?: string;
  readonly estimatedMin?: string;
  readonly estimatedMax?: string;
  readonly value?: string;
  readonly error?: string;
  readonly cost?: string;
  readonly crdErrors?: readonly string[];
  readonly objectErrors?: readonly string[];
  readonly warnings?: readonly string[];
  readonly remainingCost?: string;
}

const module = join(import.meta.dirname, 'oracle');
const answersTimeoutMs = 120_000;

/** Why upstream can't be asked here; undefined: it can. */
export function oracleUnavailable(): string | undefined {
  return goUnavailable(module);
}

/** One answer for each request, in their order. @throws Error when the program fails */
export async function askOracle(requests: readonly OracleRequest[]): Promise<readonly OracleAnswer[]> {
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const folder = await buildGoPrograms('cel-oracle', [{ module, package: '.', name: 'cel-oracle' }], report);
  const child = spawn(join(folder, 'cel-oracle'), { timeout: answersTimeoutMs });
  const [output, failure] = [text(child.stdout), text(child.stderr)];
  child.stdin.end(requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`the oracle failed (${String(code)}): ${(await failure).slice(0, 2000)}`);
  const lines = (await output).trim().split('\n');
  if (lines.length !== requests.length) throw new Error(`${lines.length} answers to ${requests.length} requests`);
  // The program writes answers only.
  return lines.map((line) => JSON.parse(line) as OracleAnswer);
}
