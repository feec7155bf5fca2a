/**
 * What of a host's object gets to the tenant, field by field: a copy in which the host has filled every field with marks of its own is planned, and each
 * mark may appear in what goes to the tenant only where the list beside this file says (`<kind>-back.txt`). All kinds that are synced are there; of
 * one from which nothing comes the list is empty.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/api/json.ts';
import { objectKey, type KubeObject } from '../../src/api/object.ts';
import { markOn, type On } from '../../src/api/side.ts';
import { originOfClusterCopy } from '../../src/translate/cluster-copies.ts';
import { originOfCopy } from '../../src/translate/marks.ts';
import { viewPod } from '../../src/translate/pods/pod-view.ts';
import type { Action } from '../../src/syncer/action.ts';
import { syncedKinds } from '../../src/syncer/kinds/synced-kinds.ts';
import type { SyncedKind } from '../../src/syncer/synced-kind.ts';
import { viewOf } from '../../src/syncer/view.test-double.ts';
import { leavesOf, markedObject, marksIn } from './marked-object.ts';

/** More steps than any plan takes until both sides are equal. */
const stepsMax = 5;
/** One that somebody writes endpoints for. */
const service = markOn('tenant', { apiVersion: 'v1', kind: 'Service', metadata: {}, spec: { type: 'ClusterIP' } });
const view = viewOf({
  isReferenced: () => true,
  followed: (plural) => (plural === 'services' ? service : undefined),
});

/** What of a kind can't be as it is filled, or there would be no copy. */
const settle: Readonly<Record<string, (object: KubeObject) => void>> = {
  Pod(pod) {
    const { spec } = viewPod(pod);
    for (const field of ['resourceClaims', 'schedulingGates', 'schedulingGroup']) delete spec[field];
    spec.nodeName = 'node-1';
    for (const { projected } of spec.volumes ?? []) {
      for (const source of projected?.sources ?? []) for (const of of notOfHost) delete source[of];
    }
    pod['status'] = { qosClass: 'Burstable' };
  },
  PersistentVolumeClaim(claim) {
    const spec = claim['spec'] as JsonObject;
    for (const field of ['volumeName', 'dataSourceRef']) delete spec[field];
  },
  Endpoints: (endpoints) => ipsFor(endpoints['subsets']),
  EndpointSlice(slice) {
    slice.metadata.labels = { 'kubernetes.io/service-name': 'web' };
    slice['endpoints'] = [{ addresses: ['192.0.2.1'] }];
  },
  PodDisruptionBudget: (budget) => ((budget['spec'] as JsonObject)['minAvailable'] = 1),
};

function ipsFor(subsets: unknown): void {
  for (const subset of Array.isArray(subsets) ? subsets : []) {
    if (!isJsonObject(subset)) continue;
    for (const list of ['addresses', 'notReadyAddresses']) subset[list] = [{ ip: '192.0.2.1' }];
  }
}

const notOfHost = ['podCertificate', 'clusterTrustBundle'];

/** The host's people and controllers: what they say of the tenant's containers must name these. */
const filled: Readonly<Record<string, (copy: KubeObject, tenant: KubeObject) => void>> = {
  Pod(copy, tenant) {
    const { spec } = viewPod(tenant);
    viewPod(copy).spec.nodeName = 'node-1';
    const status = copy['status'] as JsonObject;
    status['phase'] = 'Running';
    for (const [list, containers] of [
      ['containerStatuses', spec.containers],
      ['initContainerStatuses', spec.initContainers],
      ['ephemeralContainerStatuses', spec.ephemeralContainers],
    ] as const) {
      for (const one of Array.isArray(status[list]) ? status[list] : [])
        if (isJsonObject(one)) one['name'] = containers?.[0]?.name ?? '';
    }
  },
};

/** As a host fills up what it was given: lists and texts of the copy's own stay. */
function filledUp(copy: JsonValue, marked: JsonValue | undefined): JsonValue {
  if (!isJsonObject(copy) || !isJsonObject(marked)) return copy;
  const names = new Set([...Object.keys(marked), ...Object.keys(copy)]);
  return Object.fromEntries(
    Array.from(names, (name) => {
      const [own, others] = [copy[name], marked[name]];
      return [name, own === undefined ? (others ?? null) : filledUp(own, others)];
    }),
  );
}

function plainOf(object: KubeObject): JsonObject {
  // Plain JSON: metadata, too.
  return object as unknown as JsonObject;
}

function tenantObject({ kind, gvr, scope }: SyncedKind): On<'tenant', KubeObject> {
  const { object } = markedObject(kind, gvr.group);
  settle[kind]?.(object);
  if (scope === 'Cluster') delete object.metadata.namespace;
  return markOn('tenant', object);
}

/** The marks of the host, by what the tenant is told. */
function comesBack(kind: SyncedKind): string[] {
  const { paths } = markedObject(kind.kind, kind.gvr.group, 'h');
  const found = new Set<string>();
  for (const [path, leaf] of told(kind, (copy) => copy)) {
    for (const mark of typeof leaf === 'string' ? marksIn(leaf) : []) {
      const from = paths.get(mark);
      if (from !== undefined) found.add(from === path ? from : `${from} → ${path}`);
    }
  }
  return [...found].toSorted();
}

/** All leaves of what the tenant is told of a copy that the host filled up, and that `change` changes. */
function told(kind: SyncedKind, change: (copy: JsonObject) => JsonValue): (readonly [path: string, leaf: unknown])[] {
  const tenant = tenantObject(kind);
  const key = objectKey(tenant);
  const created = kind.plan(key, { tenant, host: undefined, origin: undefined }, view).actions.at(-1);
  if (created?.type !== 'create-host') throw new Error(`${kind.kind} is not carried`);
  const { object: marked } = markedObject(kind.kind, kind.gvr.group, 'h');
  const { name: _, namespace: __, ...others } = marked.metadata;
  const copy = filledUp(plainOf(created.object), plainOf({ ...marked, metadata: others })) as unknown as KubeObject;
  filled[kind.kind]?.(copy, tenant);
  copy['status'] = change((copy['status'] ?? {}) as JsonObject);
  const all: (readonly [path: string, leaf: unknown])[] = [];
  let host = markOn('host', copy);
  let shown = tenant;
  for (let step = 0; step < stepsMax; step++) {
    const origin = kind.scope === 'Cluster' ? originOfClusterCopy(view.place, host) : originOfCopy(view.place, host);
    assert.ok(origin, `${kind.kind}: what the host filled up is a copy no more`);
    for (const action of kind.plan(key, { tenant: shown, host, origin }, view).actions) {
      all.push(...leavesOf(toTenant(action)));
      if (action.type === 'update-host') host = action.object;
      if (action.type === 'update-tenant' || action.type === 'update-tenant-status') shown = action.object;
    }
  }
  return all;
}

/** Texts for people, in a host's words. */
function withMessages(value: JsonValue, text: string): JsonValue {
  if (Array.isArray(value)) return value.map((item) => withMessages(item, text));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === 'message' ? text : withMessages(inner, text)]),
  );
}

/** What an action tells the tenant. */
function toTenant(action: Action): JsonValue {
  if (action.type === 'bind-tenant-pod') return action.node;
  const isTold = ['create-tenant', 'update-tenant', 'update-tenant-status'].includes(action.type);
  return isTold && 'object' in action ? plainOf(action.object) : null;
}

for (const kind of syncedKinds) {
  test(`what of a ${kind.kind} gets back to the tenant is on the list`, () => {
    const list = readFileSync(join(import.meta.dirname, `${kind.kind.toLowerCase()}-back.txt`), 'utf8');
    assert.deepEqual(
      comesBack(kind),
      list.split('\n').filter((line) => line !== ''),
    );
  });
}

for (const kind of syncedKinds) {
  test(`no text about a ${kind.kind} tells the tenant where its copy is`, () => {
    const { place } = view;
    const text = `object "${place.hostNamespace}"/"web-x-one-x-${place.tenant}" not found`;
    const leaked = told(kind, (status) => withMessages(status, text)).filter(
      ([, leaf]) => typeof leaf === 'string' && (leaf.includes(place.hostNamespace) || leaf.includes('-x-one-x-')),
    );
    assert.deepEqual(leaked, []);
  });
}
