import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { markOn } from '../../api/side.ts';
import { syncedKindOf } from '../custom/defined-kind.ts';
import type { View } from '../synced-kind.ts';
import { viewOf } from '../view.test-double.ts';
import { definedKinds } from './defined-kinds.ts';

/** What goes to the host of an object with that spec, or why it doesn't. */
function onHost(plural: string, spec: JsonObject, change?: Partial<View>): unknown {
  const defined = definedKinds.find((kind) => kind.plural === plural);
  assert.ok(defined);
  const gvr = { group: defined.group, version: 'v1', resource: plural };
  const kind = syncedKindOf(defined, { gvr, kind: 'Any', scope: 'Namespaced', hasStatus: true });
  const metadata = { name: 'web', namespace: 'shop', uid: 'u1' };
  const tenant = markOn('tenant', { apiVersion: `${defined.group}/v1`, kind: 'Any', metadata, spec });
  const { actions, refusal } = kind.plan('shop/web', { tenant, host: undefined, origin: undefined }, viewOf(change));
  const [action] = actions;
  return action?.type === 'create-host' ? action.object['spec'] : refusal;
}

const suffix = '-x-shop-x-demo';
const certificate = { name: 'certificate' };

const cases: readonly [title: string, plural: string, spec: JsonObject, expected: unknown, change?: Partial<View>][] = [
  [
    'a gateway has its own certificates, and no routes of others',
    'gateways',
    {
      gatewayClassName: 'public',
      listeners: [
        {
          name: 'https',
          tls: { certificateRefs: [certificate, { name: 'other', kind: 'Secret', group: '' }] },
          allowedRoutes: { namespaces: { from: 'All' }, kinds: [{ kind: 'HTTPRoute' }] },
        },
      ],
    },
    {
      gatewayClassName: 'public',
      listeners: [
        {
          name: 'https',
          tls: {
            certificateRefs: [{ name: `certificate${suffix}` }, { name: `other${suffix}`, kind: 'Secret', group: '' }],
          },
          allowedRoutes: { kinds: [{ kind: 'HTTPRoute' }] },
        },
      ],
    },
  ],
  [
    'a gateway of a class that the tenant doesn’t see stays there',
    'gateways',
    { gatewayClassName: 'hidden', listeners: [] },
    'the host has no gateway class hidden for this tenant',
    { seenFromHost: () => false },
  ],
  [
    'a certificate of another namespace isn’t used',
    'gateways',
    { gatewayClassName: 'public', listeners: [{ tls: { certificateRefs: [{ ...certificate, namespace: 'vault' }] } }] },
    'spec.listeners[*].tls.certificateRefs[*].name may name secrets of its own namespace only',
  ],
  [
    'what would configure the host’s controller isn’t carried',
    'gateways',
    { gatewayClassName: 'public', infrastructure: { parametersRef: { kind: 'ConfigMap', name: 'x' } } },
    "its spec.infrastructure.parametersRef can't be carried there",
  ],
  [
    'a route leads from its gateway to its services',
    'httproutes',
    {
      parentRefs: [
        { name: 'public', sectionName: 'https' },
        { name: 'own', namespace: 'shop' },
      ],
      hostnames: ['shop.example'],
      rules: [
        {
          backendRefs: [{ name: 'web', port: 80, filters: [{ requestMirror: { backendRef: { name: 'm1' } } }] }],
          filters: [{ requestMirror: { backendRef: { name: 'm2', port: 80 } } }],
        },
      ],
    },
    {
      parentRefs: [
        { name: `public${suffix}`, sectionName: 'https' },
        { name: `own${suffix}`, namespace: 'sublet-demo' },
      ],
      hostnames: ['shop.example'],
      rules: [
        {
          backendRefs: [
            { name: `web${suffix}`, port: 80, filters: [{ requestMirror: { backendRef: { name: `m1${suffix}` } } }] },
          ],
          filters: [{ requestMirror: { backendRef: { name: `m2${suffix}`, port: 80 } } }],
        },
      ],
    },
  ],
  [
    'a route with an extension that nobody knows stays there',
    'grpcroutes',
    { rules: [{ filters: [{ extensionRef: { group: 'x', kind: 'Y', name: 'z' } }] }] },
    "its spec.rules[*].filters[*].extensionRef can't be carried there",
  ],
  [
    'a route goes into no other namespace',
    'tlsroutes',
    { rules: [{ backendRefs: [{ name: 'web', namespace: 'kube-system' }] }] },
    'spec.rules[*].backendRefs[*].name may name services of its own namespace only',
  ],
  [
    'a snapshot is of the tenant’s claim',
    'volumesnapshots',
    { source: { persistentVolumeClaimName: 'data' }, volumeSnapshotClassName: 'fast' },
    { source: { persistentVolumeClaimName: `data${suffix}` }, volumeSnapshotClassName: 'fast' },
  ],
  [
    'and of no content that the host has',
    'volumesnapshots',
    { source: { volumeSnapshotContentName: 'snapcontent-1' } },
    "the content is none of the host's; name a claim in its source, and the host makes one",
  ],
  [
    'nor of a class that the tenant doesn’t see',
    'volumesnapshots',
    { source: { persistentVolumeClaimName: 'data' }, volumeSnapshotClassName: 'hidden' },
    'the host has no volume snapshot class hidden for this tenant',
    { seenFromHost: () => false },
  ],
];

for (const [title, plural, spec, expected, change] of cases)
  test(title, () => assert.deepEqual(onHost(plural, spec, change), expected));
