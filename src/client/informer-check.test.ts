import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../api/object.ts';
import { silentLogger } from '../lib/logger.ts';
import { createClient } from './create-client.ts';
import { FakeApi } from './fake-api.test-double.ts';
import { FakeClock, seededRandom } from './fake-clock.test-double.ts';
import { checkInformer } from './informer-check.ts';
import { InformerFactory } from './informer-factory.ts';

const pods = { group: '', version: 'v1', resource: 'pods' };

function pod(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name } };
}

/** An informer of pods `a`, `b`, `c` whose watch tells nothing any more when `freeze` has been called. */
async function started() {
  const api = new FakeApi();
  const clock = new FakeClock();
  const state = { frozen: false, lists: 0, gets: 0 };
  const client = createClient('host', async (request) => {
    const query = new URLSearchParams(request.query);
    const response = await api.exchange(request);
    if (!query.has('watch')) state[request.path.endsWith('/pods') ? 'lists' : 'gets']++;
    const { body } = response;
    if (body instanceof Uint8Array || !query.has('watch')) return response;
    return {
      ...response,
      body: (async function* () {
        const opened = state.frozen;
        for await (const chunk of body) if (state.frozen === opened) yield chunk;
      })(),
    };
  });
  const admin = createClient('host', api.exchange).resource(pods, 'x');
  for (const name of ['a', 'b', 'c']) await admin.create(pod(name));
  const factory = new InformerFactory({ client, clock, random: seededRandom(), logger: silentLogger });
  factory.informer({ gvr: pods });
  await factory.start();
  await clock.advance(2_000);
  const [informer] = factory.informers();
  assert.ok(informer);
  const check = async (): Promise<readonly string[]> => {
    const found = checkInformer({ client, informer, clock, signal: new AbortController().signal });
    await clock.advance(60_000);
    return found;
  };
  return { api, clock, admin, factory, informer, state, check };
}

test('of an informer that works nothing is found, and one list was all that was asked', async () => {
  const { factory, check, state } = await started();
  assert.deepEqual(await check(), []);
  assert.deepEqual([state.lists, state.gets], [1, 0]);
  await factory.stop();
});

test('what a watch that has fallen silent did not tell is found: made, changed and deleted; read anew, it is shown', async () => {
  const { api, clock, admin, factory, informer, state, check } = await started();
  state.frozen = true;
  await admin.create(pod('d'));
  await admin.delete('b');
  api.change('/api/v1/namespaces/x/pods/a', (object) => (object['spec'] = { nodeName: 'm' }));
  await clock.advance(10_000);
  const names = (): readonly (string | undefined)[] => informer.list().map(({ metadata }) => metadata.name);
  assert.deepEqual(names(), ['a', 'b', 'c']);
  assert.deepEqual((await check()).toSorted(), ['x/a', 'x/b', 'x/d']);
  const heard: string[] = [];
  informer.addHandler({
    onAdd: ({ metadata }, initial) => initial || heard.push(`+${metadata.name}`),
    onUpdate: (_old, { metadata }) => heard.push(`~${metadata.name}`),
    onDelete: ({ metadata }) => heard.push(`-${metadata.name}`),
  });
  informer.reread();
  await clock.advance(2_000);
  assert.deepEqual(names(), ['a', 'c', 'd']);
  assert.deepEqual(heard, ['~a', '+d', '-b']);
  assert.deepEqual(await check(), []);
  await admin.create(pod('e'));
  await clock.advance(100);
  assert.ok(informer.get('x/e'), 'it follows again');
  await factory.stop();
});

test('a watch that is only behind is no liar', async () => {
  const { api, clock, factory, informer } = await started();
  let checked: Promise<readonly string[]> | undefined;
  const client = createClient('host', async (request) => {
    const response = await api.exchange(request);
    // Changed between this list and the look at the informer.
    if (request.path.endsWith('/pods')) api.change('/api/v1/namespaces/x/pods/a', (object) => (object['spec'] = {}));
    return response;
  });
  checked = checkInformer({ client, informer, clock, signal: new AbortController().signal });
  await clock.advance(10_000);
  assert.deepEqual(await checked, []);
  await factory.stop();
});
