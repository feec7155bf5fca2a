import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { definitionAfterHost, servedOnBoth } from './definitions.ts';

interface Given {
  readonly versions?: readonly string[];
  /** Served no longer. */
  readonly former?: readonly string[];
  readonly storage?: string;
  readonly scope?: string;
  readonly established?: string;
  readonly status?: boolean;
  readonly metadata?: JsonObject;
  readonly spec?: JsonObject;
}

function definition(given: Given = {}): KubeObject {
  const { versions = ['v1'], former = [], storage = versions[0], scope = 'Namespaced', status = true } = given;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'backups.store.example', uid: 'h1', ...given.metadata },
    spec: {
      group: 'store.example',
      scope,
      names: { plural: 'backups', kind: 'Backup' },
      versions: [...versions, ...former].map((name) => ({
        name,
        served: !former.includes(name),
        storage: name === storage,
        ...(status ? { subresources: { status: {} } } : {}),
      })),
      ...given.spec,
    },
    status: { conditions: [{ type: 'Established', status: given.established ?? 'True' }] },
  };
}

const hostOf = (given?: Given): On<'host', KubeObject> => markOn('host', definition(given));
const tenantOf = (given?: Given): On<'tenant', KubeObject> => markOn('tenant', definition(given));

const served: readonly (readonly [
  title: string,
  host: Given,
  tenant: Given,
  wanted: string | undefined,
  version: string | undefined,
])[] = [
  ['what both serve', {}, {}, undefined, 'v1'],
  [
    'the version that the host stores',
    { versions: ['v1', 'v2'], storage: 'v2' },
    { versions: ['v1', 'v2'] },
    undefined,
    'v2',
  ],
  ['an older one where the tenant has no other', { versions: ['v2', 'v1'] }, { versions: ['v1'] }, undefined, 'v1'],
  ['the one that is asked for', { versions: ['v2', 'v1'] }, { versions: ['v2', 'v1'] }, 'v1', 'v1'],
  [
    'nothing where that isn’t served',
    { versions: ['v2'], former: ['v1'] },
    { versions: ['v2', 'v1'] },
    'v1',
    undefined,
  ],
  ['nothing without a common version', { versions: ['v2'] }, { versions: ['v1'] }, undefined, undefined],
  ['nothing of another scope', { scope: 'Cluster' }, {}, undefined, undefined],
  ['nothing before it is established', {}, { established: 'False' }, undefined, undefined],
  ['nothing when it is going', { metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' } }, {}, undefined, undefined],
];
for (const [title, host, tenant, wanted, version] of served)
  test(`carried is ${title}`, () =>
    assert.equal(servedOnBoth(hostOf(host), tenantOf(tenant), wanted)?.gvr.version, version));

test('nothing is carried of what one side lacks', () => {
  assert.equal(servedOnBoth(undefined, tenantOf(), undefined), undefined);
  assert.equal(servedOnBoth(hostOf(), undefined, undefined), undefined);
});

test('whether the status is written apart, the tenant’s definition says', () => {
  assert.equal(servedOnBoth(hostOf(), tenantOf({ status: false }), undefined)?.hasStatus, false);
  assert.equal(servedOnBoth(hostOf({ status: false }), tenantOf(), undefined)?.hasStatus, true);
});

const webhook = {
  strategy: 'Webhook',
  webhook: { clientConfig: { service: { namespace: 'platform', name: 'convert' } } },
};
const annotations = { 'api-approved.kubernetes.io': 'unapproved', 'internal.example/owner': 'platform' };

test('a tenant without it gets the host’s, without the webhook and what the host’s people note', () => {
  const made = definitionAfterHost(
    hostOf({ spec: { conversion: webhook }, metadata: { annotations, labels: { a: 'b' } } }),
    undefined,
  );
  const { metadata, spec } = made;
  assert.deepEqual((spec as JsonObject)['conversion'], { strategy: 'None' });
  assert.deepEqual(Object.keys(metadata.annotations ?? {}).toSorted(), [
    'api-approved.kubernetes.io',
    'sublet.dev/mirrored',
  ]);
  assert.equal(metadata.labels, undefined);
  assert.equal(metadata.uid, undefined);
  assert.equal(made['status'], undefined);
});

test('it follows the host’s, and its own stays its own', () => {
  const made = definitionAfterHost(hostOf(), undefined);
  const stored = markOn('tenant', { ...made, metadata: { ...made.metadata, uid: 't1', resourceVersion: '5' } });
  assert.equal(definitionAfterHost(hostOf(), stored), stored);
  const newer = definitionAfterHost(hostOf({ versions: ['v2', 'v1'] }), stored);
  assert.equal(newer.metadata.resourceVersion, '5');
  assert.match(JSON.stringify(newer['spec']), /"v2"/);
  const own = tenantOf({ versions: ['v1'] });
  assert.equal(definitionAfterHost(hostOf({ versions: ['v2'] }), own), own);
});
