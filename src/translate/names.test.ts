import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOn } from '../api/side.ts';
import { subdomainNameRule } from '../api/names.ts';
import { clusterHostName } from './cluster-copies.ts';
import { placeOf } from './marks.ts';
import { derivedHostName, hostName, takePlainApart } from './names.ts';

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

/** Names as long as they may be, with dots, of pieces that separate. */
const subdomain = fc
  .array(fc.constantFrom('a', 'x', '-x-', '-x', 'x-', '.', '0', '.x-x.', 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn'), {
    minLength: 1,
    maxLength: 40,
  })
  .map((pieces) => pieces.join('').slice(0, 253))
  .filter((text) => subdomainNameRule(text, false).length === 0);

/** By what a name is for: of all kinds, of what is made for pods, of what has no namespace. */
const makers: readonly ((tenant: string, namespace: string, name: string) => string)[] = [
  translated,
  (tenant, namespace, name) =>
    derivedHostName(tenant, nameOn('tenant', namespace), nameOn('tenant', name), 'pod-tokens'),
  (tenant, namespace, name) =>
    derivedHostName(tenant, nameOn('tenant', namespace), nameOn('tenant', name), 'runtimeclasses'),
  (tenant, namespace, name) => clusterHostName(placeOf({ tenant, hostNamespace: namespace }), nameOn('tenant', name)),
];

test('property: whatever a name is for, it is one, and no other’s', () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(label, label, subdomain, fc.nat(makers.length - 1), (tenant, namespace, name, purpose) => {
      const host = makers[purpose]?.(tenant, namespace, name) ?? '';
      assert.deepEqual(subdomainNameRule(host, false), []);
      assert.ok(host.length <= 63);
      // Those without a namespace are of another kind, and among these as in the first.
      const parts = JSON.stringify([purpose === 3 ? 'cluster' : purpose, tenant, namespace, name]);
      const place = purpose === 3 ? `cluster ${host}` : host;
      const other = seen.get(place);
      seen.set(place, parts);
      assert.ok(other === undefined || other === parts, `${parts} and ${other} are both ${host}`);
    }),
    { numRuns: 20_000 },
  );
});

test('property: what can be taken apart is what it was made of', () => {
  fc.assert(
    fc.property(label, label, subdomain, (tenant, namespace, name) => {
      const apart = takePlainApart(tenant, translated(tenant, namespace, name));
      if (apart) assert.deepEqual(apart, { namespace, name });
    }),
    { numRuns: 10_000 },
  );
});

test('property: any texts have a name, though no API server would store them', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(text, text, text, (tenant, namespace, name) => {
      const host = translated(tenant, namespace, name);
      assert.ok(host.length <= 63);
      const parts = JSON.stringify([tenant, namespace, name]);
      const other = seen.get(host);
      seen.set(host, parts);
      assert.ok(other === undefined || other === parts, `${parts} and ${other} are both ${host}`);
    }),
    { numRuns: 3000 },
  );
});
