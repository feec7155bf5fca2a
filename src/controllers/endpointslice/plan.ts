/**
 * Which EndpointSlices a Service should have: every endpoint in one slice of its ports and address type, slices changed as little as
 * possible, no slice above its limit. Mirrors k8s.io/endpointslice Reconciler.
 */
import { equalJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Pod } from '../../controller/pod.ts';
import {
  addressTypes,
  endpointIdentity,
  endpointOf,
  endpointPorts,
  isOwnedBy,
  newSlice,
  portsIdentity,
  sliceLabels,
  type AddressType,
  type EndpointSlice,
} from './endpoint-slice.ts';
import { belongsInEndpoints, type Service } from './service.ts';

export const endpointsPerSliceMax = 100;

export interface Snapshot {
  readonly service: Service;
  /** Those that the selector matches. */
  readonly pods: readonly Pod[];
  readonly slices: readonly EndpointSlice[];
  /** The zone of a node; `undefined` when it has none, or when the node is not known here. */
  readonly zoneOf: (node: string) => string | undefined;
}

export type Action =
  | { readonly kind: 'create'; readonly object: KubeObject }
  | { readonly kind: 'update'; readonly slice: EndpointSlice; readonly object: KubeObject }
  | { readonly kind: 'delete'; readonly slice: EndpointSlice };

interface Group {
  readonly ports: readonly JsonObject[];
  readonly endpoints: Map<string, JsonObject>;
}

/** Pure and total. */
export function planEndpointSlices(snapshot: Snapshot): readonly Action[] {
  const types = addressTypes(snapshot.service);
  const outdated = snapshot.slices.filter(({ addressType }) => !types.some((type) => type === addressType));
  const actions = types.flatMap((type) => planAddressType(snapshot, type));
  const deletions = outdated.map((slice) => ({ kind: 'delete', slice }) as const);
  const ending = snapshot.service.metadata.deletionTimestamp !== undefined;
  // Slices created now would race with the collector that deletes them.
  return [...actions, ...deletions].filter(({ kind }) => !ending || kind !== 'create');
}

function planAddressType(snapshot: Snapshot, type: AddressType): readonly Action[] {
  const { service } = snapshot;
  const existing = snapshot.slices.filter(({ addressType }) => addressType === type);
  const owned = existing.filter((slice) => isOwnedBy(slice, service));
  const groups = desiredGroups(snapshot, type);
  const creations: KubeObject[] = [];
  const updates: (Action & { kind: 'update' })[] = [];
  const deletions = existing.filter((slice) => !isOwnedBy(slice, service) || !groups.has(portsIdentity(slice.ports)));
  for (const [ports, group] of groups) {
    const slices = owned.filter((slice) => portsIdentity(slice.ports) === ports);
    const packed = packGroup(service, type, group, slices);
    creations.push(...packed.creations);
    updates.push(...packed.updates);
    deletions.push(...packed.deletions);
  }
  if (existing.length === deletions.length && creations.length === 0) {
    // A Service without endpoints still has one slice, which is empty.
    const [only] = deletions;
    if (only && deletions.length === 1 && isPlaceholder(only, service)) return [];
    creations.push(newSlice(service, type, [], []));
  }
  return reuseDeleted(service, creations, updates, deletions);
}

function desiredGroups({ service, pods, zoneOf }: Snapshot, type: AddressType): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, true)) continue;
    const endpoint = endpointOf(service, pod, type, zoneOf(pod.spec.nodeName ?? ''));
    if (!endpoint) continue;
    const ports = endpointPorts(service, pod);
    const key = portsIdentity(ports);
    const group = groups.get(key) ?? { ports, endpoints: new Map<string, JsonObject>() };
    group.endpoints.set(endpointIdentity(endpoint), endpoint);
    groups.set(key, group);
  }
  return groups;
}

interface Packed {
  readonly creations: KubeObject[];
  readonly updates: (Action & { kind: 'update' })[];
  readonly deletions: EndpointSlice[];
}

interface Slot {
  readonly slice: EndpointSlice;
  endpoints: JsonObject[];
  changed: boolean;
}

/** Mirrors reconcileByPortMapping: keep what is right, fill what changes anyway, then what fits best, then new ones. */
function packGroup(service: Service, type: AddressType, group: Group, slices: readonly EndpointSlice[]): Packed {
  const missing = new Map(group.endpoints);
  const slots = slices.map((slice) => keptSlot(slice, missing));
  const deleted = slots.filter(({ changed, endpoints }) => changed && endpoints.length === 0);
  const labels = sliceLabels(service);
  const kept = slots.filter((slot) => !deleted.includes(slot));
  for (const slot of kept) slot.changed ||= !equalJson(slot.slice.metadata.labels, labels);
  const left = [...missing.values()];
  const filling = kept.filter(({ changed }) => changed).sort((a, b) => b.endpoints.length - a.endpoints.length);
  for (const slot of filling) slot.endpoints.push(...left.splice(0, endpointsPerSliceMax - slot.endpoints.length));
  const creations: KubeObject[] = [];
  while (left.length > 0) {
    const fitting = left.length < endpointsPerSliceMax ? bestFit(kept, left.length) : undefined;
    if (fitting) {
      fitting.endpoints.push(...left.splice(0));
      fitting.changed = true;
    } else creations.push(newSlice(service, type, group.ports, left.splice(0, endpointsPerSliceMax)));
  }
  return {
    creations,
    updates: kept
      .filter(({ changed }) => changed)
      .map(({ slice, endpoints }) => updateOf(slice, labels, slice.ports, endpoints)),
    deletions: deleted.map(({ slice }) => slice),
  };
}

/** Takes the endpoints that the slice has and should have out of `missing`. */
function keptSlot(slice: EndpointSlice, missing: Map<string, JsonObject>): Slot {
  const endpoints: JsonObject[] = [];
  let changed = false;
  for (const endpoint of slice.endpoints) {
    const identity = endpointIdentity(endpoint);
    const wanted = missing.get(identity);
    if (!wanted) continue;
    missing.delete(identity);
    endpoints.push(wanted);
    changed ||= !equalJson(wanted, endpoint);
  }
  return { slice, endpoints, changed: changed || endpoints.length !== slice.endpoints.length };
}

/** The unchanged slice that would be fullest with so many more. */
function bestFit(slots: readonly Slot[], count: number): Slot | undefined {
  return slots
    .filter(({ changed, endpoints }) => !changed && endpoints.length + count <= endpointsPerSliceMax)
    .sort((a, b) => b.endpoints.length - a.endpoints.length)[0];
}

function updateOf(
  slice: EndpointSlice,
  labels: Record<string, string>,
  ports: readonly JsonValue[],
  endpoints: readonly JsonObject[],
): Action & { kind: 'update' } {
  const metadata = { ...slice.metadata, labels };
  return { kind: 'update', slice, object: { ...slice.object, metadata, ports: [...ports], endpoints: [...endpoints] } };
}

function isPlaceholder(slice: EndpointSlice, service: Service): boolean {
  return (
    isOwnedBy(slice, service) &&
    slice.endpoints.length === 0 &&
    slice.ports.length === 0 &&
    equalJson(slice.metadata.labels, sliceLabels(service))
  );
}

/** Instead of deleting one slice and creating another, the first becomes the second. Mirrors Reconciler.finalize. */
function reuseDeleted(
  service: Service,
  creations: readonly KubeObject[],
  updates: readonly (Action & { kind: 'update' })[],
  deletions: readonly EndpointSlice[],
): readonly Action[] {
  const created = [...creations];
  const actions: Action[] = [...updates];
  for (const slice of deletions) {
    const reused = isOwnedBy(slice, service) ? created.pop() : undefined;
    if (!reused) actions.push({ kind: 'delete', slice });
    else {
      const ports = (reused['ports'] ?? []) as JsonObject[];
      const endpoints = (reused['endpoints'] ?? []) as JsonObject[];
      actions.push(updateOf(slice, reused.metadata.labels ?? {}, ports, endpoints));
    }
  }
  return [...created.map((object) => ({ kind: 'create', object }) as const), ...actions];
}
