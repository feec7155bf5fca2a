/**
 * The import rule between the rooms of `src`, as DESIGN has it: who may import whom. Also: no cycles between rooms or files, no
 * barrels, no default exports, no file that says nothing by its name.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { test } from 'node:test';

const source = resolve(import.meta.dirname, '../../src');

/** Beside `lib` and `api`, which all may import (but `lib`, which knows no Kubernetes word). */
const mayImport: Record<string, readonly string[]> = {
  lib: [],
  api: [],
  schema: [],
  patch: ['schema'],
  storage: [],
  apiserver: ['schema', 'patch', 'storage'],
  client: [],
  // Of schema: what Go's declarations say of a pod template, which its hash is made from.
  controller: ['client', 'schema'],
  controllers: ['client', 'controller'],
  translate: [],
  syncer: ['translate', 'client', 'controller'],
  host: ['client', 'controller'],
  tenancy: ['client', 'controller'],
  // Of translate: whose copy something on the host is.
  gateway: ['client', 'tenancy', 'translate'],
  console: ['client', 'tenancy'],
  cli: ['client', 'tenancy'],
  main: ['*'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function isTest(path: string): boolean {
  return /\.(test|test-suite|test-double|test-program)\.ts$/.test(path);
}

function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8');
  const found = [
    ...text.matchAll(/^\s*(?:import|export)\b[^'";]*?from\s+'([^']+)'/gm),
    ...text.matchAll(/\bimport\(\s*'([^']+)'/g),
  ];
  return found.map((match) => ({ from: path, to: match[1] ?? '' }));
}

function roomOf(path: string): string {
  return relative(source, path).split(sep)[0] ?? '';
}

const files = sourceFiles(source);
const product = files.filter((path) => !isTest(path));

test('each room imports only the rooms that it may', () => {
  const wrong: string[] = [];
  for (const path of product) {
    const room = roomOf(path);
    const allowed = mayImport[room];
    assert.ok(allowed, `src/${room} is not a room of the design`);
    for (const { to } of importsOf(path)) {
      if (!to.startsWith('.')) continue;
      const target = roomOf(resolve(dirname(path), to));
      const common = target === room || target === 'lib' || (target === 'api' && room !== 'lib');
      if (!common && !allowed.includes('*') && !allowed.includes(target))
        wrong.push(`${relative(source, path)} imports ${to}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('no file imports itself in a circle', () => {
  const graph = new Map(
    product.map((path) => [
      path,
      importsOf(path)
        .filter(({ to }) => to.startsWith('.'))
        .map(({ to }) => resolve(dirname(path), to)),
    ]),
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0)
      assert.fail(`cycle: ${[...trail.slice(start), path].map((file) => relative(source, file)).join(' → ')}`);
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of product) visit(path, []);
});

test('only src/main reads argv, the environment, the real clock and randomness', () => {
  const outside =
    /\bprocess\.(argv|env|exit)\b|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|(?<![.\w])set(Timeout|Interval)\(|\bperformance\.now\(/;
  const wrong = product
    .filter((path) => roomOf(path) !== 'main')
    .flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          const code = line.replace(/\/\/.*$/, '').replace(/^\s*\*.*$/, '');
          return outside.test(code) ? [`${relative(source, path)}:${index + 1}: ${line.trim()}`] : [];
        }),
    );
  assert.deepEqual(wrong, []);
});

test('file names are kebab-case nouns; nothing is called utils, helpers, misc or common', () => {
  const wrong = files.filter((path) => {
    const name = path.split(sep).at(-1) ?? '';
    return (
      !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+(-[a-z]+)*)*\.ts$/.test(name) ||
      /^(utils?|helpers?|misc|common|index)\./.test(name)
    );
  });
  assert.deepEqual(wrong, []);
});

test('only client and translate mark a value as being of one side', () => {
  const wrong = product.filter((path) => {
    if (['client', 'translate'].includes(roomOf(path)) || path.endsWith(join('api', 'side.ts'))) return false;
    return importsOf(path).length > 0 && /\b(markOn|nameOn)\b/.test(readFileSync(path, 'utf8'));
  });
  assert.deepEqual(
    wrong.map((path) => relative(source, path)),
    [],
  );
});
