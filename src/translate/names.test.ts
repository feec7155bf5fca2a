import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOn } from '../api/side.ts';
import { hostName } from './names.ts';

function translated(tenant: string, namespace: string, name: string): string {
  return hostName(tenant, nameOn('tenant', namespace), nameOn('tenant', name));
}

const cases: readonly [
  title: string,
  parts: [tenant: string, namespace: string, name: string],
  expected: string | RegExp,
][] = [
  ['short parts are joined', ['demo', 'default', 'web'], 'web-x-default-x-demo'],
  ['dots stay', ['demo', 'default', 'ca.crt'], 'ca.crt-x-default-x-demo'],
  ['a separator in the name is digested', ['demo', 'b', 'a-x-b'], /^a-b-[0-9a-v]{26}$/],
  ['a name that ends in -x is digested', ['demo', 'b', 'a-x'], /^a-[0-9a-v]{26}$/],
  ['of two that would be joined alike, one stays plain', ['demo', 'x-b', 'a'], 'a-x-x-b-x-demo'],
  ['what is too long is digested', ['demo', 'default', 'n'.repeat(63)], /^n{36}-[0-9a-v]{26}$/],
  ['a prefix never ends in a dot', ['demo', 'default', `${'n'.repeat(35)}.${'m'.repeat(60)}`], /^n{35}-[0-9a-v]{26}$/],
];

for (const [title, parts, expected] of cases) {
  test(title, () => {
    const name = translated(...parts);
    if (typeof expected === 'string') assert.equal(name, expected);
    else assert.match(name, expected);
  });
}

/** Names made of few pieces, so that separators, dashes and repetitions meet often. */
const label = fc
  .array(fc.constantFrom('a', 'b', 'x', '-', '-x-', 'x-', '-x'), { minLength: 1, maxLength: 24 })
  .map((pieces) =>
    pieces
      .join('')
      .replace(/^-+|-+$/g, '')
      .slice(0, 63)
      .replace(/-+$/, ''),
  )
  .filter((text) => text.length > 0);

test('property: the result is a DNS label of at most 63 characters', () => {
  fc.assert(
    fc.property(label, label, label, (tenant, namespace, name) => {
      assert.match(translated(tenant, namespace, name), /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }),
    { numRuns: 5000 },
  );
});

test('property: two different objects never meet under one name', () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(label, label, label, (tenant, namespace, name) => {
      const parts = JSON.stringify([tenant, namespace, name]);
      const host = translated(tenant, namespace, name);
      const other = seen.get(host);
      seen.set(host, parts);
      assert.ok(other === undefined || other === parts, `${parts} and ${other} are both ${host}`);
    }),
    { numRuns: 20_000 },
  );
});
