/**
 * There are hundreds of the tenant's process: what its bundle carries is a list, and everything on it has been asked for.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const dist = join(import.meta.dirname, '../../dist');

interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

function inputsOf(bundle: string): readonly string[] {
  const { outputs }: Metafile = JSON.parse(readFileSync(join(dist, 'meta.json'), 'utf8'));
  const output = outputs[`dist/${bundle}`];
  assert.ok(output, `${bundle} was built`);
  return Object.keys(output.inputs);
}

/** `pino`, `@kubernetes/client-node`. */
function packageOf(input: string): string | undefined {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

/** And what these bring along. */
const allowedPackages = new Set([
  'lru-cache',
  'pino',
  'pino-std-serializers',
  '@pinojs/redact',
  'sonic-boom',
  'thread-stream',
  'safe-stable-stringify',
  'quick-format-unescaped',
  'on-exit-leak-free',
  'atomic-sleep',
]);

/** V8 keeps the source, and compiles of it what is called: a megabyte here is a megabyte in each tenant. */
const bytesMax = 2_600_000;

test('the tenant carries only the libraries that it may', () => {
  const packages = new Set(inputsOf('tenant.cjs').flatMap((input) => packageOf(input) ?? []));
  assert.deepEqual(
    [...packages].filter((name) => !allowedPackages.has(name)),
    [],
  );
});

test('the tenant carries nothing of the other roles', () => {
  const foreign = /^src\/(host|tenancy|gateway|console|cli)\//;
  assert.deepEqual(
    inputsOf('tenant.cjs').filter((input) => foreign.test(input)),
    [],
  );
});

test('the tenant stays small', () => {
  assert.ok(statSync(join(dist, 'tenant.cjs')).size < bytesMax);
});

test('the tenant is plain ASCII: V8 keeps its source at one byte a character', () => {
  const text = readFileSync(join(dist, 'tenant.cjs'), 'latin1');
  const foreign = [...text.matchAll(/[\u0080-\u00ff]/g)].length;
  assert.equal(foreign, 0);
});

test('packages that most tenants never need are loaded when they are needed', () => {
  for (const name of ['re2js', 'yaml']) {
    const loaded = (when: string): string =>
      `const apart = () => Object.keys(require.cache).some((file) => file.endsWith('/${name}.cjs'));
       const before = apart(); ${when}; process.stdout.write(before + ' ' + apart());`;
    const script = loaded(`require(${JSON.stringify(join(dist, `${name}.cjs`))})`);
    assert.equal(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }), 'false true');
    const start = loaded(`require(${JSON.stringify(join(dist, 'tenant.cjs'))})`);
    assert.equal(execFileSync(process.execPath, ['-e', start], { encoding: 'utf8' }), 'false false');
  }
});

test('the program itself loads no role before it is asked for', () => {
  assert.deepEqual(inputsOf('sublet.cjs'), ['src/main/sublet.ts']);
});
