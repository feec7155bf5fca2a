import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatusError } from '../../api/status.ts';
import type { User } from '../../api/user.ts';
import type { Attributes, Authorizer } from '../authz/authorizer.ts';
import { createImpersonation } from './impersonation.ts';
import { impersonatedUser } from './impersonation-headers.ts';

const listPods: Omit<Attributes, 'user'> = {
  verb: 'list',
  isResourceRequest: true,
  path: '/api/v1/namespaces/ns/pods',
  namespace: 'ns',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  name: '',
};
const alice: User = { name: 'alice', groups: ['system:authenticated'] };
const agent: User = {
  name: 'system:serviceaccount:kube-system:agent',
  groups: ['system:serviceaccounts'],
  extra: { 'authentication.kubernetes.io/node-name': ['n1'], 'authentication.kubernetes.io/pod-name': ['p'] },
};

/** `verb resource[/subresource] [namespace/]name` */
function textOf({ verb, group, resource, subresource, namespace, name }: Attributes): string {
  const what = [group, resource, subresource].filter((part) => part !== '').join('/');
  return `${verb} ${what} ${namespace === '' ? '' : `${namespace}/`}${name}`.trim();
}

function allowing(...rights: readonly string[]): Authorizer & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    authorize(attributes) {
      asked.push(textOf(attributes));
      return rights.includes(textOf(attributes)) || rights.includes('*')
        ? { decision: 'allow', reason: '' }
        : { decision: 'none', reason: 'no rule' };
    },
    rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
  };
}

const actAs = (authorizer: Authorizer, wanted: User, requestor = alice): Promise<User> =>
  createImpersonation(authorizer).impersonate(wanted, { ...listPods, user: requestor });

async function refusal(act: Promise<User>): Promise<string> {
  try {
    await act;
  } catch (error) {
    assert.ok(error instanceof StatusError);
    assert.equal(error.status.code, 403);
    return error.message;
  }
  return assert.fail('it was allowed');
}

const named = (name: string, more: Partial<User> = {}): User => ({ name, groups: [], ...more });
const granted = 'authentication.k8s.io';

describe('the groups of who is impersonated', () => {
  const cases: Readonly<Record<string, { wanted: User; groups: readonly string[] }>> = {
    'a user is authenticated': { wanted: named('bob'), groups: ['system:authenticated'] },
    'given groups stay, in order': {
      wanted: named('bob', { groups: ['b', 'a'] }),
      groups: ['b', 'a', 'system:authenticated'],
    },
    'who is authenticated already': {
      wanted: named('bob', { groups: ['system:authenticated', 'a'] }),
      groups: ['system:authenticated', 'a'],
    },
    'who is said to be unauthenticated': {
      wanted: named('bob', { groups: ['system:unauthenticated'] }),
      groups: ['system:unauthenticated'],
    },
    nobody: { wanted: named('system:anonymous'), groups: ['system:unauthenticated'] },
    'a service account has its own': {
      wanted: named('system:serviceaccount:ns:a'),
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
    },
    'a service account with groups has only those': {
      wanted: named('system:serviceaccount:ns:a', { groups: ['g'] }),
      groups: ['g', 'system:authenticated'],
    },
    'a name that only looks like a service account': {
      wanted: named('system:serviceaccount:ns:a:b'),
      groups: ['system:authenticated'],
    },
    'a node': { wanted: named('system:node:n1'), groups: ['system:nodes', 'system:authenticated'] },
  };
  for (const [name, { wanted, groups }] of Object.entries(cases)) {
    test(name, async () => {
      const user = await actAs(allowing('*'), wanted);
      assert.deepEqual(user.groups, groups);
      assert.equal(user.name, wanted.name);
    });
  }
  test('a node by the old right has no groups of its own', async () => {
    const user = await actAs(allowing('impersonate users system:node:n1'), named('system:node:n1'));
    assert.deepEqual(user.groups, ['system:authenticated']);
  });
});

describe('what the old right asks for', () => {
  const cases: Readonly<Record<string, { wanted: User; rights: readonly string[] }>> = {
    'a user': { wanted: named('bob'), rights: ['impersonate users bob'] },
    'a service account': {
      wanted: named('system:serviceaccount:ns:a'),
      rights: ['impersonate serviceaccounts ns/a'],
    },
    'each group, the uid and each extra value': {
      wanted: named('bob', { groups: ['g', 'system:masters'], uid: 'u', extra: { scopes: ['x', 'y'] } }),
      rights: [
        'impersonate users bob',
        'impersonate groups g',
        'impersonate groups system:masters',
        `impersonate ${granted}/uids u`,
        `impersonate ${granted}/userextras/scopes x`,
        `impersonate ${granted}/userextras/scopes y`,
      ],
    },
  };
  for (const [name, { wanted, rights }] of Object.entries(cases)) {
    test(name, async () => {
      await actAs(allowing(...rights), wanted);
      for (const missing of rights) {
        await refusal(actAs(allowing(...rights.filter((right) => right !== missing)), wanted));
      }
    });
  }
});

describe('the narrow rights', () => {
  const user = [`impersonate-on:user-info:list pods ns/`, `impersonate:user-info ${granted}/users bob`];
  test('may be used for what they name, and nothing else', async () => {
    await actAs(allowing(...user), named('bob'));
    await refusal(actAs(allowing(user[1] ?? ''), named('bob')));
    await refusal(actAs(allowing(user[0] ?? ''), named('bob')));
  });
  test('never give system:masters', async () => {
    const all = (name: string) => `impersonate:user-info ${granted}/groups ${name}`;
    const authorizer = allowing(...user, all('*'), all('system:masters'));
    await refusal(actAs(authorizer, named('bob', { groups: ['system:masters'] })));
    await refusal(actAs(authorizer, named('bob', { groups: ['a', 'b', 'c', 'system:masters'] })));
  });
  test('many groups by one right', async () => {
    const groups = ['a', 'b', 'c', 'd'];
    await actAs(allowing(...user, `impersonate:user-info ${granted}/groups *`), named('bob', { groups }));
  });
  test('a service account by its own right', async () => {
    const rights = [
      'impersonate-on:serviceaccount:list pods ns/',
      `impersonate:serviceaccount ${granted}/serviceaccounts ns/a`,
    ];
    await actAs(allowing(...rights), named('system:serviceaccount:ns:a'));
    await refusal(actAs(allowing(...rights), named('system:serviceaccount:ns:b')));
    await refusal(actAs(allowing(...rights), named('system:serviceaccount:ns:a', { groups: ['g'] })));
  });
  test('the node that the caller runs on, and no other', async () => {
    const rights = ['impersonate-on:associated-node:list pods ns/', `impersonate:associated-node ${granted}/nodes *`];
    await actAs(allowing(...rights), named('system:node:n1'), agent);
    await refusal(actAs(allowing(...rights), named('system:node:n2'), agent));
    await refusal(actAs(allowing(...rights), named('system:node:n1'), alice));
  });
  for (const [name, extra] of Object.entries({
    'a key without a domain': { scopes: ['x'] },
    'an empty key': { '': ['x'] },
    'an empty value': { 'a.b/c': [''] },
    'upper case': { 'a.b/C': ['x'] },
  })) {
    test(`no extra information with ${name}`, async () => {
      const values = Object.entries(extra).flatMap(([key, all]) =>
        all.map((value) => `impersonate:user-info ${granted}/userextras/${key} ${value}`),
      );
      await refusal(actAs(allowing(...user, ...values), named('bob', { extra })));
    });
  }
});

describe('who is refused', () => {
  test('is told of the first mode that fits', async () => {
    assert.equal(
      await refusal(actAs(allowing(), named('bob'))),
      'pods is forbidden: User "alice" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "ns": no rule',
    );
    assert.equal(
      await refusal(actAs(allowing(), named('system:serviceaccount:ns:a', { groups: ['x'] }))),
      'serviceaccounts "a" is forbidden: User "alice" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns": no rule',
    );
  });
  test('the mode that worked last is tried first', async () => {
    const authorizer = allowing('impersonate users bob');
    const impersonation = createImpersonation(authorizer);
    const attributes = { ...listPods, user: alice };
    await impersonation.impersonate(named('bob'), attributes);
    authorizer.asked.length = 0;
    await impersonation.impersonate(named('bob'), attributes);
    assert.deepEqual(authorizer.asked, ['impersonate users bob']);
    assert.match(
      await refusal(impersonation.impersonate(named('eve'), attributes)),
      /cannot impersonate resource "users"/,
    );
  });
});

describe('what the headers say', () => {
  const of = (headers: Readonly<Record<string, string>>) => impersonatedUser({ headers });
  test('nothing', () => {
    assert.equal(of({ 'x-remote-user': 'a' }), undefined);
    assert.equal(of({ 'impersonate-user': '' }), undefined);
    assert.equal(of({ impersonate_user: 'admin' }), undefined);
  });
  test('everything', () => {
    const headers = {
      'impersonate-user': 'bob',
      'impersonate-group': 'a, b',
      'impersonate-uid': 'u',
      'impersonate-extra-acme.com%2fproject': 'x',
    };
    assert.deepEqual(of(headers), { name: 'bob', groups: ['a, b'], uid: 'u', extra: { 'acme.com/project': ['x'] } });
  });
  for (const headers of [{ 'impersonate-group': 'g' }, { 'impersonate-uid': 'u' }, { 'impersonate-extra-a': 'b' }]) {
    test(`all but the user: ${Object.keys(headers).join('')}`, () => {
      assert.throws(
        () => of(headers),
        (error) => error instanceof StatusError && error.status.code === 400,
      );
    });
  }
  test('the text of what is missing', () => {
    assert.throws(
      () => of({ 'impersonate-group': 'g', 'impersonate-extra-a': 'b' }),
      /^StatusError: requested &user\.DefaultInfo\{Name:"", UID:"", Groups:\[\]string\{"g"\}, Extra:map\[string\]\[\]string\{"a":\[\]string\{"b"\}\}\} without impersonating a user name$/,
    );
  });
});
