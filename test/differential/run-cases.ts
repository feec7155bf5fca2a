/** Runs families of cases against both servers, each case as a test. One pair of servers for a test file. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { upstreamUnavailable } from '../host/upstream.ts';
import { accepted } from './accepted.ts';
import { get, post, type Call, type Case, type Family } from './case.ts';
import { comparable, type Comparable } from './comparable.ts';
import { differences, type Asked } from './differences.ts';
import { startPair, type Pair, type RunningPair } from './pair.ts';
import type { Kept, Side } from './side.ts';

/** Declares the tests of these families, and last that both servers still answer as if nothing had happened. */
export function runCases(families: readonly Family[]): void {
  describe('the answers of Sublet and of upstream', { skip: upstreamUnavailable() ?? false }, () => {
    let pair: RunningPair | undefined;
    before(async () => {
      pair = await startPair();
    });
    after(() => pair?.stop());
    const servers = (): Pair => {
      assert.ok(pair);
      return pair;
    };
    for (const family of families) describe(family.name, () => declare(family, servers));
    test('the servers go on', async () => {
      assertEqual(await differencesIn(servers(), stillThere, 'still-there'));
    });
  });
}

const settledTriesMax = 100;
const settledPollMs = 100;

const stillThere: Case = {
  name: 'the servers go on',
  calls: [
    post('/api/v1/namespaces/{ns}/configmaps', { metadata: { name: 'still-there' }, data: { a: '1' } }),
    get('/api/v1/namespaces/{ns}/configmaps'),
    get('/readyz'),
  ],
};

function declare({ name: family, cases }: Family, servers: () => Pair): void {
  assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length, `a name stands twice in ${family}`);
  for (const [index, each] of cases.entries()) {
    const reason = accepted[`${family}: ${each.name}`];
    test(each.name, async () => {
      const found = await differencesIn(servers(), each, `${family.replaceAll(' ', '-')}-${index}`);
      if (reason === undefined) assertEqual(found);
      else assert.notEqual(found.length, 0, `no difference any more, but accepted.ts lists it: ${reason}`);
    });
  }
}

function assertEqual(found: readonly string[]): void {
  if (found.length > 0) assert.fail(found.join('\n'));
}

async function differencesIn(pair: Pair, each: Case, namespace: string): Promise<string[]> {
  const all = [...(each.given ?? []), ...each.calls];
  const preparations = all.some((call) =>
    JSON.stringify([call.path, typeof call.body === 'object' ? call.body : '']).includes('{ns}'),
  )
    ? namespaceCalls(namespace)
    : [];
  const run = async (side: Side): Promise<Asked[]> => {
    const kept: Kept = new Map([['ns', namespace]]);
    for (const call of [...preparations, ...(each.given ?? [])]) {
      const { status, body } = await answerOf(side, call, kept);
      const told = `${call.method} ${call.path}: ${status} ${JSON.stringify(body).slice(0, 500)}`;
      assert.ok(status >= 200 && status < 300, `${side.name} cannot prepare: ${told}`);
    }
    if (each.until) await settled(side, each.until, kept);
    const asked: Asked[] = [];
    for (const call of each.calls) asked.push({ request: requestLine(call), answer: await answerOf(side, call, kept) });
    return asked;
  };
  const [sublet, upstream] = await Promise.all([run(pair.sublet), run(pair.upstream)]);
  return differences(sublet, upstream);
}

async function settled(side: Side, { call, status }: NonNullable<Case['until']>, kept: Kept): Promise<void> {
  for (let tries = 0; tries < settledTriesMax; tries++) {
    if ((await answerOf(side, call, kept)).status === status) return;
    await sleep(settledPollMs);
  }
  assert.fail(`${side.name} never answers ${call.method} ${call.path} with ${status}`);
}

async function answerOf(side: Side, call: Call, kept: Kept): Promise<Comparable> {
  try {
    return comparable(await side.ask(call, kept));
  } catch (error) {
    return { status: 0, headers: {}, body: error instanceof Error ? error.message : String(error) };
  }
}

const requestLine = ({ method, path }: Call): string => `${method} ${path.slice(0, 200)}`;

/** A namespace of its own, with what pods in it need: there is no controller on either side. */
function namespaceCalls(name: string): Call[] {
  return [
    post('/api/v1/namespaces', { metadata: { name } }),
    post(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } }),
  ];
}
