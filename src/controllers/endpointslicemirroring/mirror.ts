/**
 * Which EndpointSlices mirror an Endpoints object: one for each set of ports and family of addresses. Mirrors kubernetes
 * pkg/controller/endpointslicemirroring reconciler.go. Pure.
 */
import { ipText, parseIp } from '../../api/ip-address.ts';
import { objectsAt, textAt } from '../../api/json-fields.ts';
import { equalJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { controllerReference } from '../../controller/owner-reference.ts';
import {
  endpointIdentity,
  managedByLabel,
  portsIdentity,
  serviceNameLabel,
  type AddressType,
  type EndpointSlice,
} from '../endpointslice/endpoint-slice.ts';
import { triggerTimeAnnotation } from '../endpointslice/service.ts';
import { repackedSubsets, type Subset } from './repacked-subsets.ts';

export const mirroredBy = 'endpointslicemirroring-controller.k8s.io';
/** More of a subset are not mirrored. */
export const addressesPerSubsetMax = 1000;

export type MirrorAction =
  | { readonly kind: 'create'; readonly object: KubeObject }
  | { readonly kind: 'update'; readonly object: KubeObject }
  | { readonly kind: 'delete'; readonly slice: EndpointSlice };

export interface MirrorPlan {
  readonly actions: readonly MirrorAction[];
  /** Addresses that are none. */
  readonly invalid: number;
  /** Addresses that are not mirrored: those, and those beyond the limit. */
  readonly skipped: number;
}

interface Group {
  readonly type: AddressType;
  readonly ports: readonly JsonObject[];
  /** By their identities. */
  readonly endpoints: Map<string, JsonObject>;
}

const skipMirrorLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
const unmirroredAnnotations = new Set([triggerTimeAnnotation, 'kubectl.kubernetes.io/last-applied-configuration']);

/** Whether its labels and annotations allow it; what its Service says is another matter. */
export function mayBeMirrored({ metadata }: Readonly<KubeObject>): boolean {
  return metadata.labels?.[skipMirrorLabel] !== 'true' && metadata.annotations?.[leaderAnnotation] === undefined;
}

/** `slices`: those that mirror it now. */
export function planMirror(endpoints: Readonly<KubeObject>, slices: readonly EndpointSlice[]): MirrorPlan {
  const groups = new Map<string, Group>();
  let invalid = 0;
  let skipped = 0;
  for (const subset of repackedSubsets(objectsAt(endpoints as unknown as JsonObject, 'subsets'))) {
    const counts = addSubset(groups, subset);
    invalid += counts.invalid;
    skipped += counts.skipped;
  }
  const left = new Map<string, EndpointSlice[]>();
  for (const slice of slices) left.set(keyOf(slice), [...(left.get(keyOf(slice)) ?? []), slice]);
  const created: { readonly type: AddressType; readonly object: KubeObject }[] = [];
  const updated: KubeObject[] = [];
  const deleted: EndpointSlice[] = [];
  for (const [key, group] of groups) {
    const [existing, ...surplus] = left.get(key) ?? [];
    left.delete(key);
    deleted.push(...surplus);
    const object = mirrorOf(endpoints, group);
    if (!existing) created.push({ type: group.type, object });
    else if (!isSame(existing, object, endpoints)) updated.push(inPlaceOf(existing, object));
  }
  deleted.push(...[...left.values()].flat());
  return { actions: recycled(created, updated, deleted, endpoints), invalid, skipped };
}

function addSubset(groups: Map<string, Group>, subset: Subset): { invalid: number; skipped: number } {
  const ports = subset.ports.map(({ name = '', port = 0, protocol = 'TCP', appProtocol }: JsonObject): JsonObject => ({
    name,
    port,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
  let added = 0;
  let invalid = 0;
  for (const ready of [true, false]) {
    for (const address of subset.addresses.filter((one) => one.ready === ready)) {
      if (added >= addressesPerSubsetMax) break;
      const ip = parseIp(textAt(address.json, 'ip'));
      if (!ip) {
        invalid++;
        continue;
      }
      added++;
      const type = ip.family === 4 || ip.mapped ? 'IPv4' : 'IPv6';
      const key = `${type} ${portsIdentity(ports)}`;
      const group = groups.get(key) ?? { type, ports, endpoints: new Map<string, JsonObject>() };
      groups.set(key, group);
      const endpoint = endpointOf(address.json, ipText(ip), ready);
      group.endpoints.set(endpointIdentity(endpoint), endpoint);
    }
  }
  return { invalid, skipped: subset.addresses.length - added };
}

function endpointOf({ targetRef, nodeName, hostname }: JsonObject, ip: string, ready: boolean): JsonObject {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined || hostname === '' ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  };
}

function keyOf({ addressType, ports }: EndpointSlice): string {
  return `${addressType} ${portsIdentity(ports)}`;
}

function mirrorOf(endpoints: Readonly<KubeObject>, { type, ports, endpoints: mirrored }: Group): KubeObject {
  const { name = '', namespace, labels, annotations } = endpoints.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: mirroredBy },
      annotations: Object.fromEntries(
        Object.entries(annotations ?? {}).filter(([key]) => !unmirroredAnnotations.has(key)),
      ),
      ownerReferences: [controllerReference(endpoints, { group: '', version: 'v1', kind: 'Endpoints' })],
    },
    addressType: type,
    endpoints: [...mirrored.values()],
    ports: [...ports],
  };
}

/** The order of endpoints and of ports means nothing. */
function isSame(slice: EndpointSlice, wanted: KubeObject, endpoints: Readonly<KubeObject>): boolean {
  const { labels, annotations, ownerReferences = [] } = slice.metadata;
  const owned = ownerReferences.some(({ uid, kind }) => kind === 'Endpoints' && uid === endpoints.metadata.uid);
  return (
    owned &&
    equalJson(labels ?? {}, wanted.metadata.labels ?? {}) &&
    equalJson(annotations ?? {}, wanted.metadata.annotations ?? {}) &&
    equalJson(inOrder(slice.endpoints), inOrder((wanted['endpoints'] ?? []) as readonly JsonObject[]))
  );
}

function inOrder(endpoints: readonly JsonObject[]): JsonValue {
  const keyed = new Map(endpoints.map((endpoint) => [endpointIdentity(endpoint), endpoint]));
  return Object.fromEntries([...keyed].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function inPlaceOf(slice: EndpointSlice, wanted: KubeObject): KubeObject {
  const { generateName: _prefix, ...metadata } = wanted.metadata;
  const { name = '', resourceVersion, uid } = slice.metadata;
  return {
    ...wanted,
    metadata: {
      ...metadata,
      name,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(uid === undefined ? {} : { uid }),
    },
  };
}

/** Instead of deleting one slice and creating another of the same family, the first becomes the second. Mirrors recycleSlices. */
function recycled(
  created: readonly { readonly type: AddressType; readonly object: KubeObject }[],
  updated: readonly KubeObject[],
  deleted: readonly EndpointSlice[],
  endpoints: Readonly<KubeObject>,
): readonly MirrorAction[] {
  const spare = [...deleted];
  const actions: MirrorAction[] = updated.map((object) => ({ kind: 'update', object }));
  for (const { type, object } of created) {
    const place = spare.findIndex(({ addressType }) => addressType === type);
    const [reused] = place < 0 ? [] : spare.splice(place, 1);
    if (reused) actions.push({ kind: 'update', object: inPlaceOf(reused, object) });
    else if (endpoints.metadata.deletionTimestamp === undefined) actions.push({ kind: 'create', object });
  }
  return [...actions, ...spare.map((slice) => ({ kind: 'delete', slice }) as const)];
}
