import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { User } from '../../api/user.ts';
import { RoleIndex, subjectOf } from './role-index.ts';
import type { Binding, Role } from './stored-role.ts';

const namespace = fc.constantFrom('', 'a', 'b', '__proto__');
const name = fc.constantFrom('x', 'y', 'z', 'constructor');
const who = fc.constantFrom('jane', 'joe', 'system:serviceaccount:a:x', '__proto__');
const subject = fc.record({
  kind: fc.constantFrom('User', 'Group', 'ServiceAccount', 'Other'),
  name: fc.oneof(who, name),
  namespace,
});
const binding: fc.Arbitrary<Binding> = fc.record({
  revision: fc.constant(0),
  name,
  namespace,
  roleRef: fc.constant({ apiGroup: '', kind: 'Role', name: 'r' }),
  subjects: fc.array(subject, { maxLength: 3 }),
});
const operation = fc.oneof(fc.record({ put: binding }), fc.record({ delete: fc.record({ namespace, name }) }));
const users: readonly User[] = [
  'jane',
  'joe',
  'system:serviceaccount:a:x',
  'system:serviceaccount:__proto__:y',
  '__proto__',
].flatMap((one) => [
  { name: one, groups: [] },
  { name: one, groups: ['joe', 'x', 'joe'] },
  { name: 'nobody', groups: [one] },
]);

test('whatever came and went, whose bindings there are is what the last of each says', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
      const index = new RoleIndex();
      const plain = new Map<string, Binding>();
      for (const one of operations) {
        if ('put' in one) {
          index.putBinding(one.put);
          plain.set(`${one.put.namespace}/${one.put.name}`, one.put);
        } else {
          index.deleteBinding(one.delete.namespace, one.delete.name);
          plain.delete(`${one.delete.namespace}/${one.delete.name}`);
        }
      }
      for (const user of users) {
        for (const at of ['', 'a', 'b', '__proto__', 'c']) {
          const expected = [...plain.values()].filter(
            (some) => some.namespace === at && subjectOf(some, user) !== undefined,
          );
          assert.deepEqual(new Set(index.bindingsOf(user, at)), new Set(expected));
          assert.equal(index.bindingsOf(user, at).length, expected.length);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('roles are found by their own namespace and name, and no other', () => {
  const role = (at: string, named: string): Role => ({
    revision: 0,
    namespace: at,
    name: named,
    rules: [],
    labels: undefined,
    selectors: undefined,
  });
  const index = new RoleIndex();
  const own = role('a', 'x');
  const cluster = role('', 'x');
  index.putRole(own);
  index.putRole(cluster);
  assert.equal(index.role('a', 'x'), own);
  assert.equal(index.role('', 'x'), cluster);
  assert.equal(index.role('b', 'x'), undefined);
  assert.equal(index.role('__proto__', 'x'), undefined);
  assert.equal(index.role('a', 'constructor'), undefined);
  index.deleteRole('b', 'x');
  index.deleteRole('a', 'x');
  assert.equal(index.role('a', 'x'), undefined);
  assert.equal(index.role('', 'x'), cluster);
  index.deleteRole('', 'x');
  assert.equal(index.role('', 'x'), undefined);
});
