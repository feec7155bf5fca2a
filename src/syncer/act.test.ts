import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, seededRandom } from '../client/fake-clock.test-double.ts';
import type { Client } from '../client/client.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, nameOn } from '../api/side.ts';
import { failure, newNotFound, StatusError } from '../api/status.ts';
import { placeOf } from '../translate/marks.ts';
import type { Action } from './action.ts';
import { act } from './act.ts';

const pods = { group: '', version: 'v1', resource: 'pods' };
const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', annotations: { a: 'b' } } };

const patch = (subresource: string, note?: Record<string, string>): Action => ({
  type: 'patch-host',
  gvr: pods,
  name: nameOn('host', 'web'),
  uid: 'h1',
  subresource,
  patch: { spec: {} },
  ...(note ? { note } : {}),
});
const deletion: Action = { type: 'delete-host', gvr: pods, name: nameOn('host', 'web'), uid: 'h1' };
const update: Action = { type: 'update-host', gvr: pods, object: markOn('host', pod) };

/** What was asked of the host. `refused`: by what was asked. */
async function run(actions: readonly Action[], refused: Readonly<Record<string, StatusError>> = {}) {
  const asked: string[] = [];
  const answer = (what: string): Promise<KubeObject> => {
    asked.push(what);
    const [word = ''] = what.split(' ');
    return refused[word] ? Promise.reject(refused[word]) : Promise.resolve(pod);
  };
  const host = {
    resource: () => ({
      patch: (_name: string, _type: string, body: unknown, { subresource }: { subresource: string }) =>
        answer(`${subresource} ${JSON.stringify(body)}`),
      update: ({ metadata }: KubeObject) => answer(`update ${JSON.stringify(metadata.annotations)}`),
      delete: () => answer('delete'),
    }),
  };
  const clock = new FakeClock();
  const place = placeOf({ tenant: 'a', hostNamespace: 'shared' });
  // A door: nothing else of them is called.
  const clients = { host: host as unknown as Client<'host'>, tenant: host as unknown as Client<'tenant'> };
  try {
    await act({ place, ...clients, clock, random: seededRandom(1), made: () => undefined }, actions);
    return { asked };
  } catch (error) {
    return { asked, error: error instanceof StatusError ? error.status : error };
  }
}

const body = '{"spec":{},"metadata":{"uid":"h1"}}';
const forbidden = failure(403, 'Forbidden', 'no');

test('what a patch leaves to be noted is noted when it is done', async () => {
  const { asked } = await run([patch('resize', { sizes: '1' })]);
  assert.deepEqual(asked, [`resize ${body}`, 'update {"a":"b","sizes":"1"}']);
});

test('a patch that is refused is not noted, keeps nothing else from being tried, and is told', async () => {
  const { asked, error } = await run([patch('resize', { sizes: '1' }), patch('status')], { resize: forbidden });
  assert.deepEqual(asked, [`resize ${body}`, `status ${body}`]);
  assert.deepEqual(error, forbidden.status);
});

test('anything else that is refused ends the plan', async () => {
  const { asked, error } = await run([update, deletion], { update: forbidden });
  assert.deepEqual(asked, ['update {"a":"b"}']);
  assert.deepEqual(error, forbidden.status);
});

test('a pod that is gone needs no patch; a host that has no such thing is told of', async () => {
  const gone = newNotFound({ group: '', resource: 'pods' }, 'web');
  assert.equal((await run([patch('resize')], { resize: gone })).error, undefined);
  const unknown = failure(404, 'NotFound', 'the server could not find the requested resource');
  const { error } = await run([patch('resize')], { resize: unknown });
  assert.deepEqual(
    [(error as StatusError['status']).code, (error as StatusError['status']).message],
    [400, 'the host has no resize of pods'],
  );
});
