import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { copyEndpoints, copySlice } from '../../translate/endpoints.ts';
import { originOfCopy } from '../../translate/marks.ts';
import type { SyncedKind } from '../synced-kind.ts';
import { viewOf } from '../view.test-double.ts';
import { endpoints } from './endpoints.ts';
import { endpointslices } from './endpointslices.ts';

const { place } = viewOf();

function inTenant(kind: string, name: string, fields: JsonObject, labels: Record<string, string> = {}) {
  const apiVersion = kind === 'EndpointSlice' ? 'discovery.k8s.io/v1' : 'v1';
  return markOn('tenant', { apiVersion, kind, metadata: { name, namespace: 'shop', uid: 'u1', labels }, ...fields });
}

const service = (spec: JsonObject) => inTenant('Service', 'db', { spec });
const byHand = service({ ports: [{ port: 5432 }] });
const selecting = service({ selector: { app: 'db' } });
const external = service({ type: 'ExternalName', externalName: 'example.com' });

const written = (ip: string) =>
  inTenant('Endpoints', 'db', { subsets: [{ addresses: [{ ip }], ports: [{ port: 1 }] }] });
const slice = (address: string, labels: Record<string, string> = { 'kubernetes.io/service-name': 'db' }) =>
  inTenant('EndpointSlice', 'db-1', { addressType: 'IPv4', endpoints: [{ addresses: [address] }] }, labels);
const madeBy = (who: string) =>
  slice('10.0.0.1', { 'kubernetes.io/service-name': 'db', 'endpointslice.kubernetes.io/managed-by': who });

function brief(
  kind: SyncedKind,
  tenant: On<'tenant', KubeObject> | undefined,
  host: On<'host', KubeObject> | undefined,
  known: On<'tenant', KubeObject> | undefined,
): readonly string[] {
  const view = viewOf({ followed: (plural, key) => (`${plural} ${key}` === 'services shop/db' ? known : undefined) });
  const observed = { tenant, host, origin: host && originOfCopy(place, host) };
  return kind
    .plan('shop/x', observed, view)
    .actions.map((action) => ('object' in action ? `${action.type} ${action.object.metadata.name}` : action.type));
}

function stored(copy: On<'host', KubeObject>): On<'host', KubeObject> {
  return markOn('host', { ...copy, metadata: { ...copy.metadata, uid: 'h1', resourceVersion: '3' } });
}

const copied = stored(copyEndpoints(place, written('10.0.0.1')));
const copiedSlice = stored(copySlice(place, slice('10.0.0.1')));

const cases: readonly [title: string, done: readonly string[], ...args: Parameters<typeof brief>][] = [
  [
    'endpoints of a service without selector go to the host, under the name of its copy',
    ['create-host db-x-shop-x-demo'],
    endpoints,
    written('10.0.0.1'),
    undefined,
    byHand,
  ],
  ['those of one with a selector the host makes itself', [], endpoints, written('10.0.0.1'), undefined, selecting],
  ['those of no service lead nowhere', [], endpoints, written('10.0.0.1'), undefined, undefined],
  ['an external name has none', [], endpoints, written('10.0.0.1'), undefined, external],
  ['this very machine is another one there', [], endpoints, written('127.0.0.1'), undefined, byHand],
  ['in sync, nothing is done', [], endpoints, written('10.0.0.1'), copied, byHand],
  ['a new address goes to the host', ['update-host db-x-shop-x-demo'], endpoints, written('10.0.0.2'), copied, byHand],
  [
    'a service that begins to select takes them away',
    ['delete-host'],
    endpoints,
    written('10.0.0.1'),
    copied,
    selecting,
  ],
  ['what is gone goes', ['delete-host'], endpoints, undefined, copied, byHand],
  [
    'a slice of a service without selector goes to the host',
    ['create-host db-1-x-shop-x-demo'],
    endpointslices,
    slice('10.0.0.1'),
    undefined,
    byHand,
  ],
  ['one of a service with a selector doesn’t', [], endpointslices, slice('10.0.0.1'), undefined, selecting],
  ['one of no service doesn’t', [], endpointslices, slice('10.0.0.1', {}), undefined, byHand],
  [
    'one that is made of Endpoints doesn’t: the host makes its own',
    [],
    endpointslices,
    madeBy('endpointslicemirroring-controller.k8s.io'),
    undefined,
    byHand,
  ],
  [
    'one of another controller does',
    ['create-host db-1-x-shop-x-demo'],
    endpointslices,
    madeBy('staff'),
    undefined,
    byHand,
  ],
  ['in sync, nothing is done to it', [], endpointslices, slice('10.0.0.1'), copiedSlice, byHand],
  [
    'a new address of it goes to the host',
    ['update-host db-1-x-shop-x-demo'],
    endpointslices,
    slice('10.0.0.2'),
    copiedSlice,
    byHand,
  ],
];

for (const [title, done, ...args] of cases) test(title, () => assert.deepEqual(brief(...args), done));

const left = (annotations: Record<string, string>, tenant = 'demo') =>
  markOn('host', {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: 'db-x-shop-x-demo',
      namespace: place.hostNamespace,
      uid: 'h9',
      labels: { 'sublet.dev/tenant': tenant, 'sublet.dev/namespace': 'shop' },
      annotations,
    },
  });

const inTheWay: readonly [title: string, done: readonly string[], found: On<'host', KubeObject>, on: typeof byHand][] =
  [
    ['what the host made when the service selected makes way', ['delete-host', 'create-host'], left({}), byHand],
    ['it stays while the service selects', [], left({}), selecting],
    ['another tenant’s stays', ['create-host'], left({}, 'other'), byHand],
    ['what says to be a copy, and isn’t, stays', ['create-host'], left({ 'sublet.dev/uid': 'u7' }), byHand],
  ];

for (const [title, done, found, on] of inTheWay) {
  test(title, () => {
    const observed = { tenant: written('10.0.0.1'), host: undefined, origin: undefined, inTheWay: found };
    const { actions } = endpoints.plan('shop/db', observed, viewOf({ followed: () => on }));
    assert.deepEqual(
      actions.map(({ type }) => type),
      done,
    );
  });
}

test('both look at their Service', () => {
  assert.deepEqual(endpoints.follows?.[0]?.namedBy(written('10.0.0.1')), ['shop/db']);
  assert.deepEqual(endpointslices.follows?.[0]?.namedBy(slice('10.0.0.1')), ['shop/db']);
});
