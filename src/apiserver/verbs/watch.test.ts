import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { settle } from '../../client/fake-clock.test-double.ts';
import { TestApi, type SeenEvent, type Loose } from './api.test-double.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

function configMap(name: string, labels: object = {}, data: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data };
}

const seen = (events: readonly SeenEvent[]): string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''} ${object.metadata.resourceVersion ?? ''}`);

test('a watch from a version sees what comes after it', async () => {
  const api = new TestApi();
  await api.post(configMaps, configMap('a'));
  const watch = await api.watch(`${configMaps}?watch=true&resourceVersion=2`);
  await api.post(configMaps, configMap('b'));
  await api.patch(`${configMaps}/a`, 'merge', { data: { x: 'y' } });
  await api.delete(`${configMaps}/b`);
  assert.deepEqual(seen(await watch.take(3)), ['ADDED b 3', 'MODIFIED a 4', 'DELETED b 5']);
  watch.close();
  assert.equal(await watch.next(), undefined);
});

test('a watch without a version begins with what there is', async () => {
  const api = new TestApi();
  await api.post(configMaps, configMap('a'));
  for (const version of ['', '&resourceVersion=0']) {
    const watch = await api.watch(`${configMaps}?watch=true${version}`);
    assert.deepEqual(seen(await watch.take(1)), ['ADDED a 2']);
    watch.close();
  }
});

test('a watch list ends its beginning with a marked bookmark', async () => {
  const api = new TestApi();
  await api.post(configMaps, configMap('a'));
  const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const watch = await api.watch(`${configMaps}?${query}`);
  const [added, bookmark] = await watch.take(2);
  assert.equal(added?.type, 'ADDED');
  assert.deepEqual(bookmark, {
    type: 'BOOKMARK',
    object: {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: '2', annotations: { 'k8s.io/initial-events-end': 'true' } },
    },
  });
  watch.close();
});

test('bookmarks come every minute to who wants them', async () => {
  const api = new TestApi();
  const wanting = await api.watch(`${configMaps}?watch=true&resourceVersion=1&allowWatchBookmarks=true`);
  const other = await api.watch(`${configMaps}?watch=true&resourceVersion=1&timeoutSeconds=100`);
  await api.post('/api/v1/namespaces/default/secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } });
  await api.clock.advance(60_000);
  assert.deepEqual(seen(await wanting.take(1)), ['BOOKMARK  2']);
  await api.clock.advance(60_000);
  assert.equal(await other.next(), undefined);
  wanting.close();
});

test('an object that leaves the selector is deleted for its watcher, one that enters is added', async () => {
  const api = new TestApi();
  await api.post(configMaps, configMap('a', { on: 'yes' }, { state: '1' }));
  const watch = await api.watch(`${configMaps}?watch=true&resourceVersion=2&labelSelector=on%3Dyes`);
  await api.patch(`${configMaps}/a`, 'merge', { metadata: { labels: { on: 'no' } }, data: { state: '2' } });
  await api.patch(`${configMaps}/a`, 'merge', { data: { state: '3' } });
  await api.patch(`${configMaps}/a`, 'merge', { metadata: { labels: { on: 'yes' } } });
  const events = await watch.take(2);
  assert.deepEqual(seen(events), ['DELETED a 3', 'ADDED a 5']);
  assert.deepEqual(events[0]?.object['data'], { state: '1' });
  watch.close();
});

test('a watch of one object sees nothing else', async () => {
  const api = new TestApi();
  const byField = await api.watch(`${configMaps}?watch=true&resourceVersion=1&fieldSelector=metadata.name%3Db`);
  const byPath = await api.watch('/api/v1/watch/namespaces/default/configmaps/b?resourceVersion=1');
  await api.post(configMaps, configMap('a'));
  await api.post(configMaps, configMap('b'));
  for (const watch of [byField, byPath]) {
    assert.deepEqual(seen(await watch.take(1)), ['ADDED b 3']);
    watch.close();
  }
});

test('watches with selectors see what enters, changes, leaves and goes, each only its own', async () => {
  const api = new TestApi({
    definitions: [
      {
        group: '',
        resource: 'secrets',
        selectableFields: (object) => ({ type: typeof object['type'] === 'string' ? object['type'] : '' }),
      },
    ],
  });
  const secrets = '/api/v1/namespaces/default/secrets';
  const secret = (name: string, type: string, app: string): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels: { app } },
    type,
  });
  const selectors = [
    'fieldSelector=type%3Dx',
    'fieldSelector=type%3Dy',
    'fieldSelector=type!%3Dx',
    'fieldSelector=metadata.name%3Db',
    'labelSelector=app%3Done',
    'labelSelector=app%20in%20(two)',
    'labelSelector=app%3Done&fieldSelector=type%3Dx',
    'labelSelector=!app',
  ];
  const watches = await Promise.all(
    selectors.map((selector) =>
      api.watch(`/api/v1/secrets?watch=true&resourceVersion=1&timeoutSeconds=10&${selector}`),
    ),
  );
  await api.post(secrets, secret('a', 'x', 'one'));
  await api.post(secrets, secret('b', 'y', 'two'));
  await api.patch(`${secrets}/a`, 'merge', { metadata: { labels: { app: 'two' } } });
  await api.patch(`${secrets}/a`, 'merge', { metadata: { labels: { app: 'one' } } });
  await api.patch(`${secrets}/b`, 'merge', { metadata: { labels: { app: null } } });
  await api.delete(`${secrets}/a`);
  await api.delete(`${secrets}/b`);
  await api.clock.advance(10_000);
  const texts: string[] = [];
  for (const watch of watches) {
    const events = await watch.take(10);
    texts.push(events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`).join(', '));
  }
  assert.deepEqual(texts, [
    'ADDED a, MODIFIED a, MODIFIED a, DELETED a',
    'ADDED b, MODIFIED b, DELETED b',
    'ADDED b, MODIFIED b, DELETED b',
    'ADDED b, MODIFIED b, DELETED b',
    'ADDED a, DELETED a, ADDED a, DELETED a',
    'ADDED b, ADDED a, DELETED a, DELETED b',
    'ADDED a, DELETED a, ADDED a, DELETED a',
    'ADDED b, DELETED b',
  ]);
});

test('a version that is too old ends the watch with an error', async () => {
  const api = new TestApi();
  for (const name of ['a', 'b', 'c']) await api.post(configMaps, configMap(name));
  await api.memory.compact(4);
  const watch = await api.watch(`${configMaps}?watch=true&resourceVersion=1`);
  const event = await watch.next();
  assert.deepEqual([event?.type, event?.object.code, event?.object['reason']], ['ERROR', 410, 'Expired']);
  assert.match(event?.object.message ?? '', /^too old resource version: 1 \(\d+\)$/);
  assert.equal(await watch.next(), undefined);
});

test('a version of the future ends a watch that must begin with it', async () => {
  const api = new TestApi();
  const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=99';
  const watch = await api.watch(`${configMaps}?${query}`);
  const event = await watch.next();
  assert.deepEqual(
    [event?.type, event?.object.code, event?.object.message],
    ['ERROR', 504, 'Timeout: Too large resource version: 99, current: 1'],
  );
});

test('watch: what is refused', async () => {
  const api = new TestApi();
  const refused = async (query: string): Promise<string> =>
    (await api.get(`${configMaps}?watch=true&${query}`)).body.message;
  assert.equal(
    await refused('sendInitialEvents=true'),
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  );
  assert.equal(
    await refused('resourceVersionMatch=NotOlderThan'),
    'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
  );
});

test('a watcher that does not read is cut off', async () => {
  const api = new TestApi();
  const slow = await api.watch(`${configMaps}?watch=true&resourceVersion=1`);
  const data = { x: 'y'.repeat(200_000) };
  for (let count = 0; count < 100; count++) {
    await api.post(configMaps, configMap(`a${count}`, {}, data));
    await settle(1);
  }
  assert.equal(await slow.next(), undefined);
});

type Step = { readonly name: string; readonly action: 'put' | 'delete'; readonly on: boolean };

test('property: a list, and the events of a watch from its version, make the list at the end', async () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    action: fc.constantFrom('put' as const, 'put' as const, 'delete' as const),
    on: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 6 }),
      fc.array(step, { maxLength: 15 }),
      fc.boolean(),
      async (before, after, all) => {
        const api = new TestApi();
        const selector = all ? '' : 'labelSelector=on%3Dtrue&';
        for (const one of before) await apply(api, one);
        const list = (await api.get(`${configMaps}?${selector}`)).body;
        const state = new Map<string, unknown>(list.items.map((item: Loose) => [item.metadata.name, bare(item)]));
        const watch = await api.watch(
          `${configMaps}?${selector}watch=true&resourceVersion=${list.metadata.resourceVersion}`,
        );
        for (const one of after) await apply(api, one);
        // The last event that everybody sees says that all others have come.
        await api.post(configMaps, configMap('end', { on: 'true' }));
        for (let event = await watch.next(); event; event = await watch.next()) {
          const { name = '' } = event.object.metadata;
          if (name === 'end') break;
          assert.equal(state.has(name), event.type !== 'ADDED', `${event.type} ${name}`);
          if (event.type === 'DELETED') state.delete(name);
          else state.set(name, bare(event.object));
        }
        watch.close();
        await api.delete(`${configMaps}/end`);
        const end = (await api.get(`${configMaps}?${selector}`)).body;
        assert.deepEqual(
          [...state].sort(([left], [right]) => left.localeCompare(right)),
          end.items.map((item: Loose) => [item.metadata.name, bare(item)]),
        );
      },
    ),
    { numRuns: 60 },
  );
});

function bare(object: Loose): unknown {
  return { version: object.metadata.resourceVersion, labels: object.metadata.labels };
}

async function apply(api: TestApi, { name, action, on }: Step): Promise<void> {
  const object = configMap(name, { on: String(on) });
  if (action === 'delete') await api.delete(`${configMaps}/${name}`);
  else if ((await api.post(configMaps, object)).status === 409) await api.put(`${configMaps}/${name}`, object);
}

test('what a watch begins with is read as its client reads, and ends well when history is gone meanwhile', async () => {
  const api = new TestApi();
  for (let index = 0; index < 40; index++) {
    await api.post(configMaps, configMap(`c${String(index).padStart(2, '0')}`, {}, { text: 'x'.repeat(100_000) }));
  }
  const watch = await api.watch(`${configMaps}?watch=true`);
  assert.deepEqual(seen(await watch.take(2)), ['ADDED c00 2', 'ADDED c01 3']);
  await api.patch(`${configMaps}/c30`, 'merge', { data: { text: 'new' } });
  await api.patch(`${configMaps}/c31`, 'merge', { data: { text: 'new' } });
  const rest = await watch.take(40);
  assert.deepEqual(
    seen(rest).filter((text) => /c3[01]/.test(text)),
    ['ADDED c30 32', 'ADDED c31 33', 'MODIFIED c30 42', 'MODIFIED c31 43'],
  );
  const slow = await api.watch(`${configMaps}?watch=true`);
  await slow.take(1);
  await api.patch(`${configMaps}/c30`, 'merge', { data: { text: 'newer' } });
  await api.memory.compact(44);
  let last = await slow.next();
  for (let next = last; next !== undefined; next = await slow.next()) last = next;
  assert.equal(last?.type, 'ERROR');
  assert.equal(last?.object['code'], 410);
});

test('a watch that is never read holds next to nothing', async () => {
  const api = new TestApi();
  for (let index = 0; index < 20; index++) {
    await api.post(configMaps, configMap(`c${index}`, {}, { text: 'x'.repeat(500_000) }));
  }
  const before = process.memoryUsage().rss;
  const watches = [];
  for (let index = 0; index < 200; index++) watches.push(await api.watch(`${configMaps}?watch=true`));
  assert.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024);
  for (const watch of watches) watch.close();
});
