/** The cache of Go programs: built once, also by many at once; never half there. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { buildGoPrograms, type GoProgram } from '../../hack/host-cluster/go-build.ts';
import { upstreamUnavailable } from './upstream.ts';

suite('Go programs', { skip: upstreamUnavailable() ?? false }, () => {
  let folder: string;
  let program: GoProgram;
  const cache = process.env['SUBLET_CACHE'];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sublet-go-build-'));
    process.env['SUBLET_CACHE'] = join(folder, 'cache');
    program = {
      module: join(folder, 'module'),
      package: '.',
      name: 'hello',
      links: ['hi'],
      variables: { 'main.word': 'hello' },
    };
    mkdirSync(program.module);
    writeFileSync(join(program.module, 'go.mod'), 'module hello\n\ngo 1.26.0\n');
    source('println(word)');
  });
  after(() => {
    if (cache === undefined) delete process.env['SUBLET_CACHE'];
    else process.env['SUBLET_CACHE'] = cache;
    rmSync(folder, { recursive: true });
  });

  function source(statement: string): void {
    writeFileSync(join(program.module, 'main.go'), `package main\n\nvar word string\n\nfunc main() { ${statement} }\n`);
  }

  function cached(): string[] {
    return readdirSync(join(folder, 'cache', 'programs')).toSorted();
  }

  test('are built by one of many who want them, and run under each of their names', async () => {
    const builds: string[] = [];
    const wanted = Array.from({ length: 4 }, () => buildGoPrograms('programs', [program], (line) => builds.push(line)));
    const [built, ...others] = await Promise.all(wanted);
    assert.ok(built);
    assert.deepEqual(others, [built, built, built]);
    assert.equal(builds.length, 1);
    for (const name of ['hello', 'hi']) {
      assert.equal(execFileSync('sh', ['-c', '"$0" 2>&1', join(built, name)], { encoding: 'utf8' }), 'hello\n');
    }
  });

  test('are built anew when their source changes, and their settings', async () => {
    const first = cached();
    source('println(word, word)');
    await buildGoPrograms('programs', [program], () => undefined);
    await buildGoPrograms('programs', [{ ...program, links: [] }], () => undefined);
    assert.equal(cached().length, first.length + 2);
  });

  test('that do not build leave nothing, and the compiler says why', async () => {
    const before = cached();
    source('nonsense()');
    await assert.rejects(
      buildGoPrograms('programs', [program], () => undefined),
      /undefined: nonsense/,
    );
    assert.deepEqual(cached(), before);
  });

  test('are not waited for when who was building them is gone', async () => {
    source('println("again")');
    const dead = JSON.stringify({ pid: 1, began: 'long ago' });
    const built = await buildGoPrograms('programs', [program], () => undefined);
    rmSync(built, { recursive: true });
    writeFileSync(`${built}.lock`, dead);
    assert.equal(await buildGoPrograms('programs', [program], () => undefined), built);
  });
});
