/** Runs scenarios on both sides, many at a time, each as a test. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { upstreamUnavailable } from '../../host/upstream.ts';
import { accepted } from './accepted.ts';
import { startSubletCluster, startUpstreamCluster, type Cluster } from './cluster.ts';
import { differencesOf, type Difference } from './compare.ts';
import { kinds } from './kinds.ts';
import { liveStage } from './live-stage.ts';
import { Observer } from './observer.ts';
import type { Scenario } from './scenario.ts';
import { takeSnapshot, type Snapshot } from './snapshot.ts';

interface ObservedCluster {
  readonly cluster: Cluster;
  readonly observer: Observer;
}

const atATime = 32;
/** Upstream doesn't always do the same (its late caches make it tell or do a thing twice): what differs must do so in each of these runs. */
const runsMax = 3;
/** Nothing is written for so long: it has come to rest. */
const quietMs = 1_000;
const patienceMs = 90_000;
const pollMs = 250;

export function runScenarios(scenarios: readonly Scenario[]): void {
  assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length, 'a name stands twice');
  describe(
    'controllers of Sublet and of upstream',
    {
      skip: unavailable() ?? false,
      concurrency: atATime,
    },
    () => {
      const sides: ObservedCluster[] = [];
      before(async () => {
        for (const start of [startUpstreamCluster, startSubletCluster]) sides.push(await observed(await start()));
      });
      after(async () => {
        for (const { cluster, observer } of sides) {
          await observer.stop();
          await cluster.stop();
        }
      });
      for (const [index, scenario] of scenarios.entries()) {
        test(scenario.name, async (t) => {
          const [upstream, sublet] = sides;
          assert.ok(sublet !== undefined && upstream !== undefined);
          for (let run = 1; ; run++) {
            try {
              assertAccepted(scenario, await runBoth(scenario, `s${index}x${run}`, sublet, upstream));
              return;
            } catch (error) {
              if (run === runsMax) throw error;
              t.diagnostic(`run ${run} of ${runsMax}: ${String(error)}`);
            }
          }
        });
      }
    },
  );
}

/** Scenarios need a cluster of their own, with one controller manager. */
function unavailable(): string | undefined {
  return process.env['SUBLET_UPSTREAM_DIR'] === undefined
    ? upstreamUnavailable()
    : 'SUBLET_UPSTREAM_DIR names a cluster that others use';
}

async function observed(cluster: Cluster): Promise<ObservedCluster> {
  const observer = new Observer(cluster);
  await observer.start();
  return { cluster, observer };
}

async function runBoth(
  scenario: Scenario,
  namespace: string,
  ...sides: [ObservedCluster, ObservedCluster]
): Promise<Difference[]> {
  await Promise.all(sides.map((side) => play(scenario, namespace, side)));
  const snapshots = (): Snapshot[] => sides.map(({ observer }) => takeSnapshot(observer, namespace, scenario));
  const deadline = performance.now() + patienceMs;
  let last = snapshots();
  let since = performance.now();
  for (;;) {
    await sleep(pollMs);
    const now = snapshots();
    if (now.some(({ revision }, index) => revision !== last[index]?.revision)) since = performance.now();
    last = now;
    const [sublet, upstream] = now;
    if (performance.now() - since < quietMs && performance.now() < deadline) continue;
    assert.ok(sublet !== undefined && upstream !== undefined);
    const found = differencesOf(sublet, upstream);
    if (unaccepted(scenario, found).length === 0 || performance.now() > deadline) return found;
  }
}

async function play(scenario: Scenario, namespace: string, { cluster, observer }: ObservedCluster): Promise<void> {
  const stage = liveStage(cluster, observer, namespace);
  await cluster.client
    .resource(kinds.Namespace)
    .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await stage.until('the namespace has its account', () => stage.find('ServiceAccount', 'default') !== undefined);
  await scenario.run(stage);
}

function acceptedOf({ name }: Scenario) {
  return accepted.filter(({ scenarios }) => scenarios.includes(name));
}

function unaccepted(scenario: Scenario, found: readonly Difference[]): Difference[] {
  const known = acceptedOf(scenario);
  return found.filter(({ at }) => !known.some((one) => one.at.test(at)));
}

function assertAccepted(scenario: Scenario, found: readonly Difference[]): void {
  const unknown = unaccepted(scenario, found);
  const lines = unknown.flatMap(({ at, sublet, upstream }) => [
    at,
    `    Sublet:   ${sublet}`,
    `    upstream: ${upstream}`,
  ]);
  if (lines.length > 0) assert.fail(lines.join('\n'));
  for (const one of acceptedOf(scenario)) {
    const still = found.some(({ at }) => one.at.test(at));
    assert.ok(
      still || one.chance === true,
      `no difference any more, but accepted.ts lists it: ${one.at}: ${one.reason}`,
    );
  }
}
