import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes } from './authorizer.ts';
import { ruleAllows, urlCovers, type PolicyRule } from './policy-rule.ts';

const base: Attributes = {
  user: { name: 'u', groups: [] },
  verb: 'get',
  isResourceRequest: true,
  path: '',
  namespace: 'n',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  name: 'a',
};
const pods: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };

const cases: readonly [name: string, rule: PolicyRule, asked: Partial<Attributes>, allowed: boolean][] = [
  ['as it stands', pods, {}, true],
  ['another verb', pods, { verb: 'list' }, false],
  ['another group', pods, { group: 'apps' }, false],
  ['another resource', pods, { resource: 'services' }, false],
  ['a subresource is another resource', pods, { subresource: 'log' }, false],
  ['a subresource', { ...pods, resources: ['pods/log'] }, { subresource: 'log' }, true],
  ['a subresource does not give its resource', { ...pods, resources: ['pods/log'] }, {}, false],
  ['a subresource of any resource', { ...pods, resources: ['*/log'] }, { subresource: 'log' }, true],
  ['a subresource of any resource, and another', { ...pods, resources: ['*/log'] }, { subresource: 'xlog' }, false],
  ['everything has subresources', { ...pods, resources: ['*'] }, { subresource: 'log' }, true],
  ['all subresources of one is no form', { ...pods, resources: ['pods/*'] }, { subresource: 'log' }, false],
  ['any verb', { ...pods, verbs: ['*'] }, { verb: 'anything' }, true],
  ['any group', { ...pods, apiGroups: ['*'] }, { group: 'apps' }, true],
  ['a name', { ...pods, resourceNames: ['a'] }, {}, true],
  ['another name', { ...pods, resourceNames: ['b'] }, {}, false],
  ['a name where none is asked for', { ...pods, resourceNames: ['b'] }, { name: '' }, false],
  ['no name is every name', { ...pods, resourceNames: [] }, {}, true],
  ['a star is no name', { ...pods, resourceNames: ['*'] }, {}, false],
  ['paths are no resources', { verbs: ['get'], nonResourceURLs: ['*'] }, {}, false],
  [
    'resources are no paths',
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { isResourceRequest: false, path: '/x' },
    false,
  ],
  ['a path', { verbs: ['get'], nonResourceURLs: ['/x'] }, { isResourceRequest: false, path: '/x' }, true],
  [
    'what a path begins with',
    { verbs: ['get'], nonResourceURLs: ['/x/*'] },
    { isResourceRequest: false, path: '/x/y' },
    true,
  ],
  [
    'a path without what follows',
    { verbs: ['get'], nonResourceURLs: ['/x/*'] },
    { isResourceRequest: false, path: '/x' },
    false,
  ],
];

for (const [name, rule, asked, allowed] of cases) {
  test(`${allowed ? 'allowed' : 'refused'}: ${name}`, () =>
    assert.equal(ruleAllows(rule, { ...base, ...asked }), allowed));
}

test('paths of nothing but stars take no time', () => {
  const stars = '*'.repeat(1_000_000);
  assert.equal(urlCovers(`${stars}x${stars}`, '/a'), false);
  assert.equal(urlCovers(stars, '/a'), true);
});
