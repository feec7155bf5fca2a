import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../api/object.ts';
import { createClient } from '../client/create-client.ts';
import { FakeApi } from '../client/fake-api.test-double.ts';
import { markOn, nameOn } from '../api/side.ts';
import { copyConfigMap, copySecret } from '../translate/configuration.ts';
import { placeOf } from '../translate/marks.ts';
import { tokenSecret } from '../translate/pods/tokens.ts';
import { kindsSwitchedOn, syncedKinds } from './kinds/synced-kinds.ts';
import { removeSwitchedOff } from './switched-off.ts';

const place = placeOf({ tenant: 'a', hostNamespace: 'shared' });

function object(kind: string, name: string): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'default', uid: `uid-${name}` } };
}

/** A host on which tenants `a` and `b` have one ConfigMap and Secret each, `a` a pod's tokens, and somebody an object that only bears a label. */
async function stocked() {
  const api = new FakeApi();
  const client = createClient('host', api.exchange);
  for (const tenant of ['a', 'b']) {
    const at = placeOf({ tenant, hostNamespace: 'shared' });
    for (const copy of [
      copyConfigMap(at, markOn('tenant', object('ConfigMap', 'conf'))),
      copySecret(at, markOn('tenant', object('Secret', 'secret'))),
      tokenSecret(at, markOn('tenant', object('Pod', 'web')), {}, 0),
    ])
      await client
        .resource({ group: '', version: 'v1', resource: `${copy.kind.toLowerCase()}s` }, 'shared')
        .create(copy);
  }
  const labels = { 'sublet.dev/tenant': 'a' };
  const foreign: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: nameOn('host', 'other'), labels },
  };
  await client.resource({ group: '', version: 'v1', resource: 'configmaps' }, 'shared').create(foreign);
  const left = (): string[] =>
    [...api.all('configmaps'), ...api.all('secrets')]
      .map(
        ({ kind, metadata }) =>
          `${metadata.labels?.['sublet.dev/tenant']} ${kind} ${metadata.annotations?.['sublet.dev/name'] ?? metadata.name}`,
      )
      .toSorted();
  return { client, left };
}

const everything = [
  'a ConfigMap conf',
  'a ConfigMap other',
  'a Secret secret',
  'a Secret web',
  'b ConfigMap conf',
  'b Secret secret',
  'b Secret web',
];

const cases: readonly (readonly [sync: string[], gone: readonly string[]])[] = [
  [['*'], []],
  [['*', '-configmaps'], ['a ConfigMap conf']],
  [['*', '-secrets'], ['a Secret secret']],
  [['*', '-pods'], ['a Secret web']],
  [['services'], ['a ConfigMap conf', 'a Secret secret', 'a Secret web']],
];

for (const [sync, gone] of cases) {
  test(`with --sync ${sync.join()}, of tenant a goes: ${gone.join(', ') || 'nothing'}`, async () => {
    const { client, left } = await stocked();
    assert.deepEqual(left(), everything);
    assert.equal(await removeSwitchedOff(place, client, syncedKinds, kindsSwitchedOn(sync)), gone.length);
    assert.deepEqual(
      left(),
      everything.filter((one) => !gone.includes(one)),
    );
  });
}
