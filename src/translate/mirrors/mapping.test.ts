import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hostKeyOf, parseMapping, tenantKeyOf } from './mapping.ts';

const whole = parseMapping({ from: 'shared/*', to: 'ours/*' });
const one = parseMapping({ from: 'platform/registry', to: 'default/pull' });

test('what is mapped has one key on either side, and the rest has none', () => {
  assert.equal(tenantKeyOf(whole, 'shared', 'a'), 'ours/a');
  assert.equal(hostKeyOf(whole, 'ours', 'a'), 'shared/a');
  assert.equal(tenantKeyOf(one, 'platform', 'registry'), 'default/pull');
  assert.equal(hostKeyOf(one, 'default', 'pull'), 'platform/registry');
  for (const [namespace, name] of [
    ['other', 'a'],
    ['ours', 'a'],
    ['', 'a'],
  ] as const)
    assert.equal(tenantKeyOf(whole, namespace, name), undefined);
  assert.equal(tenantKeyOf(one, 'platform', 'other'), undefined);
  assert.equal(hostKeyOf(one, 'default', 'registry'), undefined);
});

test('the way back leads to where it came from', () => {
  const name = fc.constantFrom('a', 'b', 'registry', 'pull');
  const namespace = fc.constantFrom('shared', 'ours', 'platform', 'default');
  fc.assert(
    fc.property(fc.constantFrom(whole, one), namespace, name, (mapping, from, of) => {
      const key = tenantKeyOf(mapping, from, of);
      if (key === undefined) return;
      const [to = '', there = ''] = key.split('/');
      assert.equal(hostKeyOf(mapping, to, there), `${from}/${of}`);
    }),
  );
});

for (const wrong of ['a', 'a/b/c', '*/a', '*/*', 'a/', '/a', 'A/b', 'a/../b', 'a/b*'])
  test(`"${wrong}" is no place`, () =>
    assert.throws(() => parseMapping({ from: wrong, to: wrong }), /no place of objects/));
