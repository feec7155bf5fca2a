import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Attributes } from './authorizer.ts';
import { ruleAllows, type PolicyRule } from './policy-rule.ts';
import { missingRules, missingRulesText, TooManyRulesError } from './rule-covers.ts';

const some = (...values: string[]): fc.Arbitrary<string[]> => fc.array(fc.constantFrom(...values), { maxLength: 3 });
const resourceRule: fc.Arbitrary<PolicyRule> = fc
  .record({
    verbs: some('get', 'list', '*'),
    apiGroups: some('', 'apps', '*'),
    resources: some('pods', 'pods/log', '*/log', '*', 'pods/*'),
    resourceNames: fc.option(some('a', 'b'), { nil: undefined }),
  })
  .map(({ resourceNames, ...rule }) => (resourceNames ? { ...rule, resourceNames } : rule));
const urlRule: fc.Arbitrary<PolicyRule> = fc.record({
  verbs: some('get', 'post', '*'),
  nonResourceURLs: some('/a', '/a/*', '/a/b', '*', '/a*', '/a/**'),
});
const rules = fc.array(fc.oneof({ weight: 3, arbitrary: resourceRule }, urlRule), { maxLength: 5 });

const user = { name: 'u', groups: [] };
const asked: Attributes[] = [];
for (const verb of ['get', 'list', 'post', 'delete', '*']) {
  for (const path of ['/a', '/a/', '/a/b', '/ab', '/b', '/a/*']) {
    asked.push({
      user,
      verb,
      isResourceRequest: false,
      path,
      namespace: '',
      group: '',
      version: '',
      resource: '',
      subresource: '',
      name: '',
    });
  }
  for (const group of ['', 'apps', 'other']) {
    for (const [resource, subresource] of [
      ['pods', ''],
      ['pods', 'log'],
      ['pods', '*'],
      ['services', ''],
      ['services', 'log'],
    ] as const) {
      for (const name of ['', 'a', 'c']) {
        asked.push({
          user,
          verb,
          isResourceRequest: true,
          path: '',
          namespace: '',
          version: 'v1',
          group,
          resource,
          subresource,
          name,
        });
      }
    }
  }
}

test('who covers all of it may do all of it', () => {
  fc.assert(
    fc.property(rules, rules, (owned, wanted) => {
      if (missingRules(owned, wanted).length > 0) return;
      for (const attributes of asked) {
        const given = wanted.some((rule) => ruleAllows(rule, attributes));
        if (given)
          assert.ok(
            owned.some((rule) => ruleAllows(rule, attributes)),
            JSON.stringify(attributes),
          );
      }
    }),
    { numRuns: 2000 },
  );
});

test('everybody covers himself, nothing is covered by everybody, and more rules never cover less', () => {
  fc.assert(
    fc.property(rules, rules, rules, (owned, wanted, more) => {
      assert.deepEqual(missingRules(owned, owned), []);
      assert.deepEqual(missingRules(owned, []), []);
      const missing = missingRules(owned, wanted);
      assert.ok(missingRules([...owned, ...more], wanted).length <= missing.length);
      // With what is missing it is covered.
      assert.deepEqual(missingRules([...owned, ...missing], wanted), []);
    }),
  );
});

/** As upstream does it: every part against every rule. */
function coversNaively(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): boolean {
  const hasAll = (set: readonly string[] = [], values: readonly string[] = []): boolean =>
    values.every((value) => set.includes(value));
  const parts = wanted.flatMap(
    ({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }) => [
      ...apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) =>
            (resourceNames.length > 0 ? resourceNames.map((name) => [name]) : [[]]).map((names) => ({
              verb,
              group,
              resource,
              names,
              url: undefined,
            })),
          ),
        ),
      ),
      ...nonResourceURLs.flatMap((url) =>
        verbs.map((verb) => ({ verb, group: undefined, resource: undefined, names: [], url })),
      ),
    ],
  );
  return parts.every(({ verb, group, resource, names, url }) =>
    owned.some((owner) => {
      const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = owner;
      return (
        (verbs.includes('*') || verbs.includes(verb)) &&
        (group === undefined || apiGroups.includes('*') || apiGroups.includes(group)) &&
        (resource === undefined ||
          resources.includes('*') ||
          resources.includes(resource) ||
          (resource.includes('/') && resources.includes(`*/${resource.split('/').slice(1).join('/')}`))) &&
        (resourceNames.length === 0 || (names.length > 0 && hasAll(resourceNames, names))) &&
        (url === undefined ||
          nonResourceURLs.some((one) => one === url || (one.endsWith('*') && url.startsWith(one.replace(/\*+$/, '')))))
      );
    }),
  );
}

test('the same as part by part', () => {
  fc.assert(
    fc.property(rules, rules, (owned, wanted) => {
      assert.equal(missingRules(owned, wanted).length === 0, coversNaively(owned, wanted));
    }),
    { numRuns: 2000 },
  );
});

test('what is missing is told by its parts, joined by verbs', () => {
  const missing = missingRules(
    [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
    [
      { verbs: ['get', 'list', 'watch'], apiGroups: ['', 'apps'], resources: ['pods'] },
      { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a', 'b'] },
      { verbs: ['get', 'put'], nonResourceURLs: ['/x'] },
    ],
  );
  assert.equal(
    missingRulesText(missing),
    [
      '{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}',
      '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}',
      '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}',
      '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "list" "watch"]}',
      '{NonResourceURLs:["/x"], Verbs:["get"]}',
      '{NonResourceURLs:["/x"], Verbs:["put"]}',
    ].join('\n'),
  );
});

test('what is too much to compare is refused, not looked at', () => {
  const many = Array.from({ length: 1000 }, (_, index) => `v${index}`);
  const huge: PolicyRule = { verbs: many, apiGroups: many, resources: many, resourceNames: many };
  assert.throws(
    () => missingRules([{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }], [huge]),
    TooManyRulesError,
  );
  assert.throws(() => missingRules([], [huge]), TooManyRulesError);
  // At a glance it can be seen to be covered.
  assert.deepEqual(missingRules([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], [huge]), []);
  assert.deepEqual(missingRules([huge], [huge]), []);
  // Nor is it told of at length.
  const long = many.map((verb): PolicyRule => ({ verbs: [verb, 'x', 'y'], apiGroups: ['', 'a'], resources: ['b'] }));
  assert.throws(() => missingRules([], long), TooManyRulesError);
});
