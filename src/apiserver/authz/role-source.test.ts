import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../lib/logger.ts';
import { MemoryStore } from '../../storage/memory/memory-store.ts';
import type { WatchOptions } from '../../storage/store.ts';
import { createRbacAuthorizer } from './rbac-authorizer.ts';
import type { Attributes, Decision } from './authorizer.ts';
import { RoleSource, type ClusterRoleChange } from './role-source.ts';

const jane = { name: 'jane', groups: [] };
const getPods: Attributes = {
  user: jane,
  verb: 'get',
  isResourceRequest: true,
  path: '',
  namespace: '',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  name: '',
};

class Stage {
  readonly store = new MemoryStore();
  readonly changes: ClusterRoleChange[] = [];
  readonly source = new RoleSource(this.store, silentLogger, (_index, changes) => this.changes.push(...changes));
  readonly authorizer = createRbacAuthorizer(this.source);
  readonly #revisions = new Map<string, number>();

  async put(path: string, object: object): Promise<void> {
    const key = `/registry/${path}`;
    const [, namespace = '', name = ''] = /^[^/]+\/(?:([^/]+)\/)?([^/]+)$/.exec(path) ?? [];
    const whole = { kind: 'K', apiVersion: 'v1', metadata: { name, ...(namespace ? { namespace } : {}) }, ...object };
    const result = await this.store.write({
      key,
      value: Buffer.from(JSON.stringify(whole)),
      expected: this.#revisions.get(key) ?? 0,
    });
    assert.ok(result.ok);
    this.#revisions.set(key, result.revision);
  }

  async delete(path: string): Promise<void> {
    const key = `/registry/${path}`;
    assert.ok((await this.store.write({ key, value: undefined, expected: this.#revisions.get(key) ?? 0 })).ok);
    this.#revisions.delete(key);
  }

  async decide(asked: Partial<Attributes> = {}): Promise<Decision> {
    return this.authorizer.authorize({ ...getPods, ...asked });
  }
}

const pods = { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] };
const toRole = (kind: string, name: string, ...subjects: object[]): object => ({
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
  subjects: subjects.length > 0 ? subjects : [{ kind: 'User', name: 'jane' }],
});

test('what was written is known when its writer is told', async () => {
  const stage = new Stage();
  assert.equal((await stage.decide()).decision, 'none');
  await stage.put('clusterroles/r', pods);
  await stage.put('clusterrolebindings/b', toRole('ClusterRole', 'r'));
  // Not a promise: the answer is there at once.
  assert.deepEqual(stage.authorizer.authorize(getPods), {
    decision: 'allow',
    reason: 'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to User "jane"',
  });
  await stage.put('clusterroles/r', { rules: null });
  assert.equal((await stage.decide()).decision, 'none');
  await stage.put('clusterroles/r', pods);
  await stage.delete('clusterrolebindings/b');
  assert.equal((await stage.decide()).decision, 'none');
});

test('what was there before is read', async () => {
  const stage = new Stage();
  await stage.put('roles/n/r', pods);
  await stage.put('rolebindings/n/b', toRole('Role', 'r', { kind: 'ServiceAccount', name: 'robot' }));
  for (let index = 0; index < 1100; index++) await stage.put(`roles/many/r${index}`, { rules: [] });
  await stage.put('roles/zz/r', pods);
  await stage.put('rolebindings/zz/b', toRole('Role', 'r'));
  const robot = { name: 'system:serviceaccount:n:robot', groups: [] };
  assert.deepEqual(await stage.decide({ user: robot, namespace: 'n' }), {
    decision: 'allow',
    reason: 'RBAC: allowed by RoleBinding "b/n" of Role "r" to ServiceAccount "robot/n"',
  });
  assert.equal((await stage.decide({ user: robot, namespace: 'zz' })).decision, 'none');
  assert.equal((await stage.decide({ user: robot })).decision, 'none');
  assert.equal((await stage.decide({ namespace: 'zz' })).decision, 'allow');
});

test('bindings to what is not there say so', async () => {
  const stage = new Stage();
  await stage.put('clusterrolebindings/b', toRole('ClusterRole', 'gone'));
  await stage.put('rolebindings/n/b', toRole('Role', 'gone-too'));
  await stage.put('rolebindings/n/c', toRole('Role', 'gone-too'));
  await stage.put('rolebindings/n/d', toRole('Whatever', 'x'));
  assert.equal((await stage.decide()).reason, 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found');
  assert.equal(
    (await stage.decide({ namespace: 'n' })).reason,
    'RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "gone-too" not found, unsupported role reference kind: "Whatever"]',
  );
});

test('a binding names its first subject who it is', async () => {
  const stage = new Stage();
  await stage.put('clusterroles/r', pods);
  await stage.put(
    'clusterrolebindings/b',
    toRole(
      'ClusterRole',
      'r',
      { kind: 'Group', name: 'x' },
      { kind: 'Group', name: 'g' },
      { kind: 'User', name: 'jane' },
    ),
  );
  assert.match((await stage.decide({ user: { name: 'jane', groups: ['g'] } })).reason, /to Group "g"$/);
  // An account of no namespace is nobody.
  await stage.put(
    'clusterrolebindings/b',
    toRole('ClusterRole', 'r', { kind: 'ServiceAccount', name: 'a' }, { kind: 'Nobody', name: 'jane' }),
  );
  assert.equal((await stage.decide()).decision, 'none');
  assert.equal((await stage.decide({ user: { name: 'system:serviceaccount::a', groups: [] } })).decision, 'none');
});

test('changes of cluster roles are told, both forms of them', async () => {
  const stage = new Stage();
  await stage.put('clusterroles/r', pods);
  await stage.source.index();
  assert.deepEqual(
    stage.changes.splice(0).map(({ before, after }) => [before?.name, after?.name]),
    [[undefined, 'r']],
  );
  await stage.put('clusterroles/r', { rules: [] });
  await stage.put('roles/n/r', pods);
  await stage.delete('clusterroles/r');
  assert.deepEqual(
    stage.changes.map(({ before, after }) => [before?.rules.length, after?.rules.length]),
    [
      [1, 0],
      [0, undefined],
    ],
  );
});

test('what cannot be read grants nothing, and what is asked meanwhile waits', async () => {
  const stage = new Stage();
  await stage.store.write({ key: '/registry/clusterroles/r', value: Buffer.from('{'), expected: 0 });
  await stage.put('clusterrolebindings/b', toRole('ClusterRole', 'r'));
  const [one, two] = await Promise.all([stage.decide(), stage.decide()]);
  assert.equal(one.decision, 'none');
  assert.deepEqual(one, two);
});

test('when its watches end it reads anew', async () => {
  const stage = new Stage();
  const ends: WatchOptions['onEnd'][] = [];
  const watch = stage.store.watch.bind(stage.store);
  stage.store.watch = (options) => {
    ends.push(options.onEnd);
    return watch(options);
  };
  await stage.put('clusterroles/r', pods);
  await stage.source.index();
  assert.equal(ends.length, 4);
  ends[2]?.(new Error('compacted'));
  await stage.put('clusterrolebindings/b', toRole('ClusterRole', 'r'));
  assert.equal((await stage.decide()).decision, 'allow');
  assert.equal(ends.length, 8);
});

test('what is written while it is being read is not lost', async () => {
  const stage = new Stage();
  const list = stage.store.list.bind(stage.store);
  let first = true;
  stage.store.list = async (range) => {
    const result = await list(range);
    if (first) {
      first = false;
      await stage.put('clusterroles/r', pods);
      await stage.put('clusterrolebindings/b', toRole('ClusterRole', 'r'));
    }
    return result;
  };
  assert.equal((await stage.decide()).decision, 'allow');
});

test('a store that fails is an error, and the next question asks again', async () => {
  const stage = new Stage();
  const list = stage.store.list.bind(stage.store);
  stage.store.list = () => Promise.reject(new Error('disk'));
  await assert.rejects(stage.decide(), /disk/);
  stage.store.list = list;
  assert.equal((await stage.decide()).decision, 'none');
});

test('where watches lag behind, who has written waits until it is known', async () => {
  const stage = new Stage();
  const held: (() => void)[] = [];
  const watch = stage.store.watch.bind(stage.store);
  stage.store.watch = (options) =>
    watch({ ...options, onEvents: (events) => held.push(() => options.onEvents(events)) });
  await stage.source.index();
  let known = 0;
  const wait = async (resource: 'clusterroles' | 'rolebindings', namespace: string, name: string): Promise<void> => {
    await stage.source.caughtUp(resource, namespace, name);
    known++;
  };
  const release = async (): Promise<void> => {
    for (const deliver of held.splice(0)) deliver();
    await new Promise((resolve) => setImmediate(resolve));
  };
  await stage.put('clusterroles/r', pods);
  await stage.put('rolebindings/n/b', toRole('ClusterRole', 'r'));
  const waiting = [wait('clusterroles', '', 'r'), wait('rolebindings', 'n', 'b')];
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(known, 0);
  await release();
  assert.equal(known, 2);
  assert.equal((await stage.decide({ namespace: 'n' })).decision, 'allow');
  await stage.delete('rolebindings/n/b');
  waiting.push(wait('rolebindings', 'n', 'b'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(known, 2);
  await release();
  await Promise.all(waiting);
  assert.equal(known, 3);
});

test('who has written waits for nothing where nobody has asked yet, or the watches have ended', async () => {
  const stage = new Stage();
  const ends: WatchOptions['onEnd'][] = [];
  const watch = stage.store.watch.bind(stage.store);
  stage.store.watch = (options) => {
    ends.push(options.onEnd);
    // Nothing is ever heard.
    return watch({ ...options, onEvents: () => undefined });
  };
  await stage.put('clusterroles/r', pods);
  await stage.source.caughtUp('clusterroles', '', 'r');
  await stage.source.index();
  await stage.put('clusterroles/r', { rules: [] });
  const waiting = stage.source.caughtUp('clusterroles', '', 'r');
  ends[0]?.(new Error('compacted'));
  await waiting;
});
