/**
 * Who may do what, decided by us and by a real kube-apiserver: generated roles, bindings and questions. SUBLET_RBAC_SEEDS says how many
 * sets of them (each has 120 questions); a difference names its seed.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { User } from '../../src/api/user.ts';
import { clusterRoleBindingsPath, clusterRolesPath, rbacPath, type Answer, type Loose } from '../attack/cluster.ts';
import { upstreamUnavailable } from '../host/upstream.ts';
import { generate, type Generated } from './rbac/generated.ts';
import { startOurSide } from './rbac/our-side.ts';
import { startUpstreamSide, until, type Side } from './rbac/upstream-cluster.ts';

const seeds = Number(process.env['SUBLET_RBAC_SEEDS'] ?? 12);
const setsAtOnce = 4;
const reviewsPath = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const rulesPath = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';

describe('decisions of Sublet and of upstream', { skip: upstreamUnavailable() ?? false }, () => {
  let upstream: Side;
  let sublet: Side;
  let granted = 0;
  let refused = 0;
  before(async () => {
    [upstream, sublet] = await Promise.all([startUpstreamSide(), startOurSide()]);
  });
  after(() => Promise.all([upstream?.close(), sublet?.close()]));

  test(`${seeds} sets of roles`, async () => {
    let asked = 0;
    let allowed = 0;
    for (let first = 1; first <= seeds; first += setsAtOnce) {
      const sets = Array.from({ length: Math.min(setsAtOnce, seeds - first + 1) }, (_, index) => first + index);
      const made = sets.map((seed) => ({ seed, set: generate(seed) }));
      await Promise.all(made.flatMap(({ set }) => [create(upstream, set), create(sublet, set)]));
      await upstreamKnows(upstream, first);
      for (const { seed, set } of made) {
        const answers = await Promise.all(set.questions.map((question) => decide(question)));
        for (const [index, [theirs, ours]] of answers.entries()) {
          const question = JSON.stringify(set.questions[index]);
          assert.deepEqual(comparable(ours), comparable(theirs), `seed ${seed}: ${question}`);
          asked++;
          if (ours.body.status?.allowed === true) allowed++;
        }
        await compareRules(seed, set);
        await compareGrants(seed, set);
      }
    }
    // Vocabularies without meetings would prove nothing.
    assert.ok(granted > refused / 20 && refused > granted / 20, `${granted} grants were allowed, ${refused} refused`);
    assert.ok(allowed > asked / 20 && allowed < asked * 0.8, `${allowed} of ${asked} were allowed`);
  });

  async function decide(spec: Loose): Promise<readonly [Answer, Answer]> {
    return Promise.all([
      upstream.call('root', 'POST', reviewsPath, { spec }),
      sublet.call('root', 'POST', reviewsPath, { spec }),
    ]);
  }

  /** Dry, so that none changes what the next may do. */
  async function compareGrants(seed: number, { grants }: Generated): Promise<void> {
    const answers = await Promise.all(
      grants.map(({ user, path, object }) =>
        Promise.all([sublet, upstream].map((side) => side.call(user, 'POST', `${path}?dryRun=All`, object))),
      ),
    );
    for (const [index, [ours, theirs]] of answers.entries()) {
      assert.ok(ours && theirs);
      const told = ({ code, message }: Answer): Loose => (code < 300 ? { code } : { code, message });
      assert.deepEqual(told(ours), told(theirs), `seed ${seed}: ${JSON.stringify(grants[index])}`);
      if (ours.code === 201) granted++;
      else refused++;
    }
  }

  async function compareRules(seed: number, { users, namespaces }: Generated): Promise<void> {
    for (const namespace of namespaces) {
      const ask = async (side: Side, user: User): Promise<Loose> =>
        rulesOf(await side.call(user, 'POST', rulesPath, { spec: { namespace } }));
      const asking = users.map(withSelfService);
      const answers = await Promise.all(asking.map((user) => Promise.all([ask(sublet, user), ask(upstream, user)])));
      for (const [index, [ours, theirs]] of answers.entries()) {
        assert.deepEqual(ours, theirs, `seed ${seed}: the rules of ${asking[index]?.name} in ${namespace}`);
      }
    }
  }
});

/** Whoever asks for his rules must be allowed to. */
function withSelfService({ name, groups }: User): User {
  return {
    name,
    groups: [...new Set([...groups.filter((group) => group !== 'system:unauthenticated'), 'system:authenticated'])],
  };
}

async function create(side: Side, { objects }: Generated): Promise<void> {
  for (const [path, object] of objects) {
    const { code, message } = await side.call('root', 'POST', path, object);
    assert.equal(code, 201, `${path}: ${message}`);
  }
}

/** Upstream decides by caches of each kind: what was written last, of each, is known when this is. */
async function upstreamKnows(side: Side, round: number): Promise<void> {
  const name = `known-${round}`;
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: [name] }];
  const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name }];
  const ref = (kind: string): Loose => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name });
  const namespaced = `${rbacPath}/namespaces/default`;
  await side.call('root', 'POST', clusterRolesPath, { metadata: { name }, rules });
  await side.call('root', 'POST', `${namespaced}/roles`, { metadata: { name }, rules });
  await side.call('root', 'POST', `${namespaced}/rolebindings`, { metadata: { name }, roleRef: ref('Role'), subjects });
  await side.call('root', 'POST', clusterRoleBindingsPath, {
    metadata: { name: `${name}-cluster` },
    roleRef: ref('ClusterRole'),
    subjects,
  });
  const allowed = async (namespace?: string): Promise<boolean> => {
    const resourceAttributes = { verb: 'get', resource: name, ...(namespace === undefined ? {} : { namespace }) };
    const { body } = await side.call('root', 'POST', reviewsPath, { spec: { user: name, resourceAttributes } });
    return body.status.allowed === true;
  };
  await until(async () => (await allowed()) && (await allowed('default')));
  // Through the binding of the namespace too.
  await side.call('root', 'DELETE', `${clusterRoleBindingsPath}/${name}-cluster`);
  await until(async () => !(await allowed()) && (await allowed('default')));
}

/** Which of several bindings is named is chance upstream, and so is the order of errors. */
function comparable({ code, body, message }: Answer): Loose {
  if (code !== 201) return { code, message };
  const { reason = '', ...status } = body.status;
  return {
    code,
    spec: body.spec,
    status: { ...status, reason: status.allowed ? reason.replace(/(allowed by) .*/, '$1') : errorsIn(reason) },
  };
}

function errorsIn(reason: string): string {
  return reason.replace(/\[(.*)\]/, (_whole, errors: string) => errors.split(', ').toSorted().join(', '));
}

function rulesOf({ code, body }: Answer): Loose {
  assert.equal(code, 201);
  const { resourceRules, nonResourceRules, evaluationError = '', ...rest } = body.status;
  const sorted = (rules: Loose[]): string[] =>
    rules
      .map((one) => JSON.stringify(Object.entries(one).toSorted(([left], [right]) => (left < right ? -1 : 1))))
      .toSorted();
  return {
    resourceRules: sorted(resourceRules),
    nonResourceRules: sorted(nonResourceRules),
    errors: errorsIn(evaluationError),
    ...rest,
  };
}
