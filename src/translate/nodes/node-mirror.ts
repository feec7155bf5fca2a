/**
 * A tenant's node brought up to date with its image. Labels, taints and being unschedulable are the tenant's where the tenant set them; conditions of
 * types that the host doesn't know are some tenant's controller's; all else is the host's. Pure.
 */
import { cloneJson, equalJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { timestamp } from '../../lib/clock.ts';
import type { Image } from '../mirrors/image.ts';
import { sameJson } from '../mirrors/mirror.ts';
import { mirroredMetadata, notedKeys, noteOf } from '../mirrors/note.ts';
import { nodeSpec, nodeStatus, taintKey, type NodeCondition, type NodeSpec, type Taint } from './node-view.ts';

/**
 * Set by whoever watches over nodes, which in a tenant nobody does: where a tenant's node has one, it was its API server that put it there at creation, or the
 * host that has taken it back.
 */
const lifecycleTaints = new Set(
  ['not-ready', 'unreachable', 'memory-pressure', 'disk-pressure', 'pid-pressure', 'network-unavailable'].map(
    (name) => `node.kubernetes.io/${name}`,
  ),
);

/** All but the status; `current` itself when nothing is to be done. `now`: milliseconds since the epoch. */
export function mirrorOfNode(
  current: On<'tenant', KubeObject> | undefined,
  image: Image,
  now: number,
): On<'tenant', KubeObject> {
  const wanted: KubeObject = {
    ...current,
    apiVersion: image.apiVersion,
    kind: image.kind,
    metadata: mirroredMetadata(current, image, furtherKeys(current, image)),
    spec: specOf(current, image),
  };
  if (current) return sameJson(current, wanted) ? current : markOn('tenant', wanted);
  return markOn('tenant', { ...wanted, status: statusOf(undefined, image, now) });
}

/** With the status of the image; `current` itself when nothing is to be done. */
export function nodeWithStatus(current: On<'tenant', KubeObject>, image: Image, now: number): On<'tenant', KubeObject> {
  const shown = nodeStatus(current);
  const wanted = statusOf(current, image, now);
  return isShown(wanted, shown) ? current : markOn('tenant', { ...current, status: wanted });
}

/** What of it can't be changed any more. */
export function mustBeMadeAnew(current: On<'tenant', KubeObject>, image: Image): boolean {
  const { providerID = '' } = nodeSpec(current);
  const wanted = specOfImage(image).providerID;
  if (providerID === '' || providerID === wanted) return false;
  return wanted !== undefined || (image.uid !== undefined && isNoted(current, 'providerID'));
}

/** Taints that the tenant itself has set. */
export function ownTaints(node: On<'tenant', KubeObject>): readonly Taint[] {
  const noted = notedKeys(noteOf(node), 'taints');
  return (nodeSpec(node).taints ?? []).filter(
    (taint) => !noted.includes(taintKey(taint)) && !lifecycleTaints.has(taint.key),
  );
}

/** Whether the tenant itself has taken the node out of use. */
export function isOwnCordon(node: On<'tenant', KubeObject>): boolean {
  return nodeSpec(node).unschedulable === true && !isNoted(node, 'unschedulable');
}

function isNoted(node: On<'tenant', KubeObject>, field: string): boolean {
  return notedKeys(noteOf(node), 'spec').includes(field);
}

/** A condition's type stays noted as long as it is shown, so that no crash makes it the tenant's. */
function furtherKeys(current: On<'tenant', KubeObject> | undefined, image: Image) {
  const { taints = [], ...spec } = specOfImage(image);
  const types = new Set(conditionsOf(image).map(({ type }) => type));
  const before = current ? notedKeys(noteOf(current), 'conditions') : [];
  for (const { type } of (current && nodeStatus(current).conditions) ?? []) if (before.includes(type)) types.add(type);
  return {
    taints: taints.map((taint) => taintKey(taint)).toSorted(),
    spec: Object.keys(spec).toSorted(),
    conditions: [...types].toSorted(),
  };
}

function specOf(current: On<'tenant', KubeObject> | undefined, image: Image): NodeSpec {
  const wanted = specOfImage(image);
  const { taints: _, unschedulable: __, ...kept } = current ? nodeSpec(current) : {};
  const fromHost = wanted.taints ?? [];
  const keys = new Set(fromHost.map((taint) => taintKey(taint)));
  const own = current ? ownTaints(current).filter((taint) => !keys.has(taintKey(taint))) : [];
  const taints = [...fromHost, ...own];
  const unschedulable = wanted.unschedulable === true || (current !== undefined && isOwnCordon(current));
  return {
    ...kept,
    ...(wanted.providerID === undefined ? {} : { providerID: wanted.providerID }),
    ...(taints.length === 0 ? {} : { taints: cloneJson(taints) }),
    ...(unschedulable ? { unschedulable } : {}),
  };
}

function statusOf(current: On<'tenant', KubeObject> | undefined, image: Image, now: number): JsonObject {
  const shown = current ? nodeStatus(current) : {};
  const addresses = shown['addresses'];
  const hostname = [{ type: 'Hostname', address: image.name }];
  return {
    addresses: addresses === undefined ? hostname : cloneJson(addresses),
    ...image.status,
    conditions: conditions(current, image, now),
  };
}

function conditions(current: On<'tenant', KubeObject> | undefined, image: Image, now: number): NodeCondition[] {
  const shown = (current && nodeStatus(current).conditions) ?? [];
  const wanted = conditionsOf(image);
  const before = current ? notedKeys(noteOf(current), 'conditions') : [];
  const known = new Set([...before, ...wanted.map(({ type }) => type)]);
  const at = timestamp(now);
  const fromHost = wanted.map((condition): NodeCondition => {
    const old = shown.find(({ type }) => type === condition.type);
    if (old && saysTheSame(condition, old)) return old;
    const since = old?.status === condition.status ? old['lastTransitionTime'] : undefined;
    return { lastHeartbeatTime: at, lastTransitionTime: since ?? at, ...condition };
  });
  return cloneJson([...fromHost, ...shown.filter(({ type }) => !known.has(type))]);
}

/** Heartbeats say nothing new. */
function saysTheSame(wanted: NodeCondition, shown: NodeCondition): boolean {
  return Object.entries(wanted).every(
    ([field, value]) => field === 'lastHeartbeatTime' || equalJson(value, shown[field]),
  );
}

function isShown(wanted: JsonObject, shown: JsonObject): boolean {
  return Object.entries(wanted).every(([field, value]) => sameField(field, value, shown[field]));
}

/** API servers may leave out what is empty, or write it out. */
function sameField(field: string, wanted: JsonValue, shown: JsonValue | undefined): boolean {
  if (field !== 'nodeInfo') return equalJson(wanted, shown);
  const inside = (shown ?? {}) as JsonObject;
  return Object.entries(wanted as JsonObject).every(([name, value]) => equalJson(value, inside[name] ?? ''));
}

function specOfImage({ fields }: Image): NodeSpec {
  // Made by the files beside this one.
  return (fields['spec'] ?? {}) as NodeSpec;
}

function conditionsOf({ status }: Image): readonly NodeCondition[] {
  return (status?.['conditions'] ?? []) as NodeCondition[];
}
