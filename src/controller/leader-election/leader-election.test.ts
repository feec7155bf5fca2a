import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange } from '../../api/exchange.ts';
import { createClient } from '../../client/create-client.ts';
import { FakeApi } from '../../client/fake-api.test-double.ts';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { silentLogger } from '../../lib/logger.ts';
import { LeaderElection } from './leader-election.ts';
import { electionStep, leaseSpec } from './lease.ts';

/** A random number generator of a seed. */
function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e37_79b9) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

class Replica {
  readonly identity: string;
  readonly election: LeaderElection<'tenant'>;
  /** What happens to its requests: refused, or never answered. */
  network: 'up' | 'down' | 'silent' = 'up';
  terms = 0;
  working = 0;

  constructor(identity: string, api: FakeApi, clock: FakeClock, next: () => number = () => 0.5) {
    this.identity = identity;
    const exchange: Exchange = (request) => {
      if (this.network === 'down') return Promise.reject(new Error('no connection'));
      if (this.network === 'silent') return new Promise(() => undefined);
      return api.exchange(request);
    };
    this.election = new LeaderElection({
      client: createClient('tenant', exchange),
      namespace: 'kube-system',
      leaseName: 'controllers',
      identity,
      clock,
      random: { next, uuid: () => identity },
      logger: silentLogger,
      work: () => ({
        name: 'work',
        start: async () => {
          this.terms++;
          this.working++;
        },
        stop: async () => {
          this.working--;
        },
        nextWakeUp: () => 42,
      }),
    });
  }
}

function replicas(count: number, next?: () => number) {
  const clock = new FakeClock();
  const api = new FakeApi({ now: () => clock.now() });
  const all = Array.from({ length: count }, (_, index) => new Replica(`r${index}`, api, clock, next));
  const leaders = (): string[] => all.filter(({ election }) => election.isLeading).map(({ identity }) => identity);
  const lease = () =>
    leaseSpec([...api.objects.values()].find(({ kind }) => kind === 'Lease') ?? assert.fail('no lease'));
  return { clock, api, all, leaders, lease };
}

test('one leads; when it stops, another has the lease at once', async () => {
  const { clock, all, leaders } = replicas(3);
  for (const { election } of all) await election.start();
  await clock.advance(1000);
  assert.deepEqual(leaders(), ['r0']);
  assert.deepEqual(
    all.map(({ election }) => election.nextWakeUp()),
    [42, undefined, undefined],
  );
  await clock.advance(600_000);
  assert.deepEqual(leaders(), ['r0']);
  assert.equal(all[0]?.terms, 1);
  await all[0]?.election.stop();
  await clock.advance(2000);
  assert.equal(leaders().length, 1);
  assert.notDeepEqual(leaders(), ['r0']);
  for (const { election } of all.slice(1)) await election.stop();
  assert.deepEqual(
    all.map(({ working }) => working),
    [0, 0, 0],
  );
});

for (const network of ['down', 'silent'] as const) {
  test(`a leader whose network is ${network} stops before another begins, and comes back as a candidate`, async () => {
    const { clock, all, leaders } = replicas(2);
    for (const { election } of all) await election.start();
    await clock.advance(5000);
    const [first, second] = all;
    assert.ok(first && second);
    first.network = network;
    await clock.advance(8000);
    assert.deepEqual(leaders(), ['r0']);
    await clock.advance(3000);
    assert.deepEqual(leaders(), []);
    assert.equal(first.working, 0);
    await clock.advance(8000);
    assert.deepEqual(leaders(), ['r1']);
    first.network = 'up';
    await clock.advance(60_000);
    assert.deepEqual(leaders(), ['r1']);
    assert.equal(second.terms, 1);
    for (const { election } of network === 'silent' ? [second] : all) await election.stop();
  });
}

test('a lease that somebody deletes or gives away ends the term of its holder', async () => {
  const { clock, api, all, leaders, lease } = replicas(1);
  const [only] = all;
  await only?.election.start();
  await clock.advance(1000);
  const client = createClient('tenant', api.exchange).resource(
    { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' },
    'kube-system',
  );
  await client.patch('controllers', 'merge', { spec: { holderIdentity: 'other', leaseDurationSeconds: 15 } });
  await clock.advance(100);
  assert.deepEqual(leaders(), []);
  await clock.advance(20_000);
  assert.deepEqual(leaders(), ['r0']);
  assert.equal(lease().leaseTransitions, 1);
  await client.delete('controllers');
  await clock.advance(5000);
  assert.deepEqual(leaders(), ['r0']);
  assert.equal(lease().holderIdentity, 'r0');
  await only?.election.stop();
  assert.equal(lease().holderIdentity, '');
});

test('of many candidates with broken networks never two lead, and one does when all is well', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = randomOf(seed);
    const { clock, all, leaders } = replicas(3, next);
    for (const { election } of all) await election.start();
    for (let step = 0; step < 120; step++) {
      for (const replica of all) if (next() < 0.05) replica.network = next() < 0.5 ? 'down' : 'up';
      await clock.advance(Math.floor(next() * 3000));
      assert.ok(leaders().length <= 1, `seed ${seed}: ${leaders().join(' and ')} lead`);
      const working = all.filter((replica) => replica.working > 0).length;
      assert.ok(working <= 1, `seed ${seed}: ${working} work`);
    }
    for (const replica of all) replica.network = 'up';
    await clock.advance(60_000);
    assert.equal(leaders().length, 1, `seed ${seed}: nobody leads`);
    for (const { election } of all) await election.stop();
  }
});

test("a lease is another's for its duration from when it was seen, whatever its times say", () => {
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l' },
    spec: { holderIdentity: 'other', leaseDurationSeconds: 15, renewTime: '1999-01-01T00:00:00.000000Z' },
  };
  const step = (monotonic: number) =>
    electionStep({ lease, at: 1000 }, { identity: 'me', leaseMs: 15_000 }, { now: 0, monotonic });
  assert.deepEqual(step(1000), { kind: 'wait', afterMs: 15_000 });
  assert.deepEqual(step(15_999), { kind: 'wait', afterMs: 1 });
  assert.equal(step(16_000).kind, 'hold');
});
