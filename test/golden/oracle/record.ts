/**
 * Asks upstream's own code what the golden files of defaults and protobuf should say, and writes it down: each case's `input` is ours,
 * the rest is the answer. Needs Go and the modules; some minutes the first time. Run: `node test/golden/oracle/record.ts`.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Case {
  readonly name: string;
  readonly input: unknown;
}

const golden = join(import.meta.dirname, '..');

for (const [folder, key] of [
  ['defaults', 'output'],
  ['protobuf', 'answer'],
] as const) {
  for (const file of readdirSync(join(golden, folder)).filter((name) => name.endsWith('.json'))) {
    const path = join(golden, folder, file);
    // Our own files.
    const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[];
    const answers = ask(folder, cases);
    const recorded = cases.map(({ name, input }, index) => ({ name, input, [key]: answers[index] }));
    writeFileSync(path, `[\n${recorded.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`);
  }
}

function ask(oracle: string, cases: readonly Case[]): unknown[] {
  const input = `${cases.map((one) => JSON.stringify(one.input)).join('\n')}\n`;
  const options = { cwd: import.meta.dirname, input, maxBuffer: 1 << 28, env: { ...process.env, GOFLAGS: '-mod=mod' } };
  const lines = execFileSync('go', ['run', `./${oracle}`], options).toString().trim().split('\n');
  return lines.map((line): unknown => JSON.parse(line));
}
