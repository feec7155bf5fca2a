/** What must be true when all is quiet: each returns what is wrong, in words. */
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../../src/api/json.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { matchesLabelSelector } from '../../src/api/label-selector.ts';
import { markOn, nameOn } from '../../src/api/side.ts';
import { copyConfigMap, copySecret } from '../../src/translate/configuration.ts';
import { hostName } from '../../src/translate/names.ts';
import { copyPod } from '../../src/translate/pods/pod.ts';
import { wasPutOnNode } from '../../src/translate/pods/pod-node.ts';
import { viewPod } from '../../src/translate/pods/pod-view.ts';
import { referencedNames, type ReferencedKind } from '../../src/translate/pods/references.ts';
import { tokenSecretName, wantedTokens } from '../../src/translate/pods/tokens.ts';
import { copyService, serviceSpec } from '../../src/translate/services.ts';
import type { Foreign } from './host-operations.ts';
import { nodes, nodeTermsOf } from './node-invariants.ts';
import type { PodLives } from './pod-lives.ts';
import { noted, runningDifferences } from './running-operations.ts';
import { ownerMark } from './tenant-objects.ts';
import type { TenantMachine } from './tenant-machine.ts';
import { objectsOn } from './stored-objects.ts';
import { hostWords, type World } from './world.ts';

const prefixes = {
  pods: '/registry/pods/',
  services: '/registry/services/specs/',
  configmaps: '/registry/configmaps/',
  secrets: '/registry/secrets/',
} as const;
type Plural = keyof typeof prefixes;
const plurals: readonly Plural[] = ['pods', 'services', 'configmaps', 'secrets'];

/** Where an object is on the host: `pods/zz-host/web-x-one-x-a`. */
type HostKey = string;

export function everyInvariant(world: World, foreign: Foreign, lives: PodLives): string[] {
  return [
    ...world.bugs.map((bug) => `a bug: ${bug}`),
    ...lives.startedTwice,
    ...copies(world, foreign),
    ...foreignUntouched(world, foreign),
    ...world.tenants.flatMap((tenant) => [
      ...wordsOfOthers(world, tenant, lives),
      ...statuses(world, tenant),
      ...serviceAddresses(world, tenant),
      ...nodes(world, tenant),
    ]),
  ];
}

function onHost(world: World): Map<HostKey, KubeObject> {
  const found = new Map<HostKey, KubeObject>();
  for (const plural of plurals) {
    for (const object of objectsOn(world.hostDisk, prefixes[plural])) {
      const { namespace = '', name = '' } = object.metadata;
      if (hostWords.some((word) => word === namespace)) found.set(`${plural}/${namespace}/${name}`, object);
    }
  }
  return found;
}

/** Of one tenant, in its own form. */
function inTenant(tenant: TenantMachine, plural: Plural): KubeObject[] {
  return objectsOn(tenant.disk, prefixes[plural]);
}

function isFinished(pod: KubeObject): boolean {
  return ['Succeeded', 'Failed'].includes(viewPod(pod).status?.phase ?? '');
}

/** Its node came from the host. */
function unbound(pod: KubeObject): KubeObject {
  const { nodeName: _, ...spec } = viewPod(pod).spec;
  return { ...pod, spec };
}

/** Deleted, but for what its finalizers wait for. */
function isHeld({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length > 0;
}

interface Expected {
  readonly tenant: TenantMachine;
  readonly origin: KubeObject;
  /** May be missing. */
  readonly optional: boolean;
  readonly copy: KubeObject | undefined;
}

/** What the host should have of a tenant, by our own reckoning from what the tenant has. */
function expectedCopies(world: World, tenant: TenantMachine): Map<HostKey, Expected> {
  const { place } = tenant;
  const expected = new Map<HostKey, Expected>();
  const expect = (plural: Plural, origin: KubeObject, copy: KubeObject | undefined, optional = false): void => {
    const { namespace = '', name = '' } = origin.metadata;
    const key = hostName(tenant.name, nameOn('tenant', namespace), nameOn('tenant', name));
    expected.set(`${plural}/${place.hostNamespace}/${key}`, { tenant, origin, optional, copy });
  };
  const pods = inTenant(tenant, 'pods');
  const referenced = (kind: ReferencedKind, { metadata }: KubeObject): boolean =>
    pods.some(
      (pod) =>
        pod.metadata.namespace === metadata.namespace &&
        referencedNames(structuredClone(viewPod(pod).spec), kind).includes(metadata.name ?? ''),
    );
  const namespaces = objectsOn(tenant.disk, '/registry/namespaces/');
  const nodeTerms = nodeTermsOf(tenant);
  const copies = objectsOn(world.hostDisk, prefixes.pods).filter(
    ({ metadata }) => metadata.namespace === place.hostNamespace,
  );
  for (const pod of pods) {
    const { namespace = '', name = '' } = pod.metadata;
    const copyName = hostName(tenant.name, nameOn('tenant', namespace), nameOn('tenant', name));
    const copy = copies.find(({ metadata }) => metadata.name === copyName);
    const context = {
      place,
      // What has a node was told of nodes as they were then.
      nodeTerms: copy && viewPod(copy).spec.nodeName ? undefined : nodeTerms,
      namespacesSelectedBy: (selector: Parameters<typeof matchesLabelSelector>[0]) =>
        namespaces
          .filter(({ metadata }) => matchesLabelSelector(selector, metadata.labels ?? {}))
          .map(({ metadata }) => nameOn('tenant', metadata.name ?? '')),
    };
    const asked = wasPutOnNode(pod) ? unbound(pod) : pod;
    // Who waits for gates is not there at all.
    if ((viewPod(pod).spec.schedulingGates ?? []).length > 0) continue;
    expect('pods', pod, copyPod(context, markOn('tenant', asked)), isFinished(pod) || isHeld(pod));
    if (wantedTokens(viewPod(pod).spec).length === 0) continue;
    const tokens = tokenSecretName(tenant.name, nameOn('tenant', namespace), nameOn('tenant', name));
    expected.set(`secrets/${place.hostNamespace}/${tokens}`, {
      tenant,
      origin: pod,
      optional: isFinished(pod) || isHeld(pod),
      copy: undefined,
    });
  }
  for (const service of inTenant(tenant, 'services')) {
    expect('services', service, copyService(place, markOn('tenant', service)));
  }
  for (const object of inTenant(tenant, 'configmaps')) {
    if (referenced('configmaps', object)) expect('configmaps', object, copyConfigMap(place, markOn('tenant', object)));
  }
  for (const object of inTenant(tenant, 'secrets')) {
    if (referenced('secrets', object)) expect('secrets', object, copySecret(place, markOn('tenant', object)));
  }
  return expected;
}

function copies(world: World, foreign: Foreign): string[] {
  const wrong: string[] = [];
  const actual = onHost(world);
  const expected = new Map(world.tenants.flatMap((tenant) => [...expectedCopies(world, tenant)]));
  for (const [key, { tenant, origin, optional, copy }] of expected) {
    const found = actual.get(key);
    if (!found) {
      if (!optional) wrong.push(`${key} is missing on the host`);
      continue;
    }
    const uid = found.metadata.annotations?.['sublet.dev/uid'];
    if (uid !== origin.metadata.uid) wrong.push(`${key} is the copy of ${uid} instead of ${origin.metadata.uid}`);
    if (found.metadata.labels?.['sublet.dev/tenant'] !== tenant.name)
      wrong.push(`${key} is not labelled ${tenant.name}`);
    if (copy) wrong.push(...differences(key, found, copy, origin));
  }
  for (const [key, object] of actual) {
    const tenant = object.metadata.labels?.['sublet.dev/tenant'];
    if (tenant === undefined || foreign.has(`${key}/${object.metadata.uid}`)) continue;
    if (!expected.has(key)) wrong.push(`${key} is left over on the host`);
    const stranger = world.tenants.find(({ name }) => name !== tenant);
    if (stranger && JSON.stringify(object).includes(ownerMark(stranger.name))) {
      wrong.push(`${key} holds what is ${stranger.name}'s`);
    }
  }
  return wrong;
}

/** Content as translated; labels as the tenant has them now, but for what the host added. */
function differences(key: HostKey, found: KubeObject, wanted: KubeObject, origin: KubeObject): string[] {
  const wrong: string[] = [];
  const isBound = found.kind === 'Pod' && Boolean(viewPod(found).spec.nodeName);
  // Nobody resizes what has ended, though the tenant may have heard of it only after it had asked for it.
  const hasEnded = found.kind === 'Pod' && ['Succeeded', 'Failed'].includes(viewPod(found).status?.phase ?? '');
  for (const field of ['data', 'binaryData', 'immutable', 'type'] as const) {
    if (found.kind === 'Service' || found.kind === 'Pod') break;
    if (field === 'type' && wanted[field] === undefined) continue;
    if (!equalJson((found[field] ?? null) as JsonValue, (wanted[field] ?? null) as JsonValue)) {
      wrong.push(`${key}: ${field} is ${JSON.stringify(found[field])} instead of ${JSON.stringify(wanted[field])}`);
    }
  }
  for (const field of ['labels', 'annotations'] as const) {
    const kept = Object.entries(found.metadata[field] ?? {}).filter(
      ([name]) =>
        !name.startsWith('host.example/') &&
        !noted.some((known) => known === name) &&
        !(isBound && name === 'sublet.dev/node-terms'),
    );
    const own = wanted.metadata[field] ?? {};
    const extra = kept.filter(([name]) => !(name in own));
    if (extra.length > 0) wrong.push(`${key}: ${field} ${JSON.stringify(extra)} are no longer the tenant's`);
    for (const [name, value] of Object.entries(own)) {
      if (hasEnded && name === 'sublet.dev/sizes') continue;
      if (found.metadata[field]?.[name] !== value)
        wrong.push(`${key}: ${name} is ${found.metadata[field]?.[name]} instead of ${value}`);
    }
  }
  if (JSON.stringify(viewPod(origin).spec?.affinity ?? '').includes('namespaceSelector')) return wrong;
  const { nodeSelector: _, affinity: __, ...rest } = (wanted['spec'] ?? {}) as JsonObject;
  // By which terms the copy got its node is told by what the tenant's nodes were then.
  const spec = isBound ? rest : ((wanted['spec'] ?? {}) as JsonObject);
  const path = lacking(hasEnded ? withoutSizes(spec) : spec, (found['spec'] ?? null) as JsonValue, 'spec');
  if (path !== undefined) wrong.push(`${key}: ${path}`);
  return wrong;
}

/** A pod's spec, but for what each container and all of them ask for. */
function withoutSizes({ resources: _own, ...spec }: JsonObject): JsonObject {
  const lists = (['containers', 'initContainers'] as const).flatMap((field) => {
    const list = spec[field];
    if (!Array.isArray(list)) return [];
    return [[field, list.map((one) => ({ ...(isJsonObject(one) ? one : {}), resources: {} }))] as const];
  });
  return { ...spec, ...Object.fromEntries(lists) };
}

/** Where the actual lacks something of the wanted. Lists are as long as they are wanted. */
function lacking(wanted: JsonValue, actual: JsonValue | undefined, path: string): string | undefined {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual) || actual.length !== wanted.length)
      return `${path} is ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}`;
    return first(wanted.map((item, index) => lacking(item, actual[index], `${path}[${index}]`)));
  }
  if (isJsonObject(wanted)) {
    const inside = isJsonObject(actual) ? actual : {};
    return first(Object.entries(wanted).map(([name, value]) => lacking(value, inside[name], `${path}.${name}`)));
  }
  return wanted === actual ? undefined : `${path} is ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}`;
}

function first(texts: readonly (string | undefined)[]): string | undefined {
  return texts.find((text) => text !== undefined);
}

function foreignUntouched(world: World, foreign: Foreign): string[] {
  const actual = onHost(world);
  return [...foreign].flatMap(([key, made]) => {
    const object = actual.get(key.slice(0, key.lastIndexOf('/')));
    if (!object || object.metadata.uid !== made.metadata.uid) return [`${key}, which is no tenant's, was deleted`];
    const changed = (['spec', 'data'] as const).some(
      (field) =>
        made.kind !== 'Pod' && !equalJson((object[field] ?? null) as JsonValue, (made[field] ?? null) as JsonValue),
    );
    return changed ? [`${key}, which is no tenant's, was changed`] : [];
  });
}

/** Nothing that a tenant can read names another tenant's things, or the host's. */
export function wordsOfOthers(world: World, tenant: TenantMachine, lives: PodLives): string[] {
  const strangers = world.tenants.filter((other) => other !== tenant).map(({ name }) => ownerMark(name));
  const forbidden = [...strangers, ...hostWords];
  // A copy may have the very name that some object has in the tenant.
  const own = new Set(objectsOn(tenant.disk, '/registry/').map(({ metadata }) => metadata.name ?? ''));
  const names = [...lives.hostNames].filter((name) => name !== '' && !own.has(name));
  return objectsOn(tenant.disk, '/registry/').flatMap((object) => {
    const text = JSON.stringify(object);
    const { namespace = '', name = '' } = object.metadata;
    return [...forbidden, ...names]
      .filter((word) => text.includes(word))
      .map(
        (word) => `tenant ${tenant.name} reads ${word} in ${object.kind} ${namespace}/${name}: ${around(text, word)}`,
      );
  });
}

function around(text: string, word: string): string {
  const at = text.indexOf(word);
  return text.slice(Math.max(0, at - 80), at + word.length + 40);
}

const statusFields = [
  'phase',
  'podIP',
  'podIPs',
  'hostIP',
  'hostIPs',
  'startTime',
  'containerStatuses',
  'reason',
] as const;

function statuses(world: World, tenant: TenantMachine): string[] {
  const actual = onHost(world);
  const wrong: string[] = [];
  for (const pod of inTenant(tenant, 'pods')) {
    const { namespace = '', name = '', deletionTimestamp } = pod.metadata;
    const where = `pod ${namespace}/${name} of ${tenant.name}`;
    if (deletionTimestamp !== undefined && !isHeld(pod)) wrong.push(`${where} never ends`);
    const key = hostName(tenant.name, nameOn('tenant', namespace), nameOn('tenant', name));
    const copy = actual.get(`pods/${tenant.place.hostNamespace}/${key}`);
    if (!copy || copy.metadata.annotations?.['sublet.dev/uid'] !== pod.metadata.uid) continue;
    if (viewPod(copy).spec.nodeName !== viewPod(pod).spec.nodeName && wasPutOnNode(copy))
      wrong.push(`${where} is bound to ${viewPod(pod).spec.nodeName} instead of ${viewPod(copy).spec.nodeName}`);
    for (const field of statusFields) {
      const [shown, is] = [viewPod(pod).status?.[field] ?? null, viewPod(copy).status?.[field] ?? null];
      if (!equalJson(shown, is))
        wrong.push(`${where} shows ${field} ${JSON.stringify(shown)} instead of ${JSON.stringify(is)}`);
    }
    if (![pod, copy].some((one) => isFinished(one) || one.metadata.deletionTimestamp !== undefined))
      wrong.push(...runningDifferences(where, pod, copy));
    const gates = new Set((viewPod(pod).spec.readinessGates ?? []).map(({ conditionType }) => conditionType));
    for (const { type, status } of viewPod(copy).status?.conditions ?? []) {
      if (gates.has(type)) continue;
      const shown = viewPod(pod).status?.conditions?.find((condition) => condition.type === type)?.status;
      if (shown !== status) wrong.push(`${where} shows condition ${type} ${shown} instead of ${status}`);
    }
  }
  return wrong;
}

function serviceAddresses(world: World, tenant: TenantMachine): string[] {
  const actual = onHost(world);
  const namespaces = new Set(objectsOn(tenant.disk, '/registry/namespaces/').map(({ metadata }) => metadata.name));
  return inTenant(tenant, 'services').flatMap((service) => {
    const { namespace = '', name = '' } = service.metadata;
    // Stored a moment after its namespace was gone, as may happen upstream too: nobody can change it there.
    if (!namespaces.has(namespace)) return [];
    const key = hostName(tenant.name, nameOn('tenant', namespace), nameOn('tenant', name));
    const copy = actual.get(`services/${tenant.place.hostNamespace}/${key}`);
    if (!copy) return [];
    const given = (object: KubeObject): JsonValue => {
      const { type, clusterIP, clusterIPs, ports, healthCheckNodePort } = serviceSpec(object);
      return [type ?? null, clusterIP ?? null, clusterIPs ?? null, ports ?? null, healthCheckNodePort ?? null];
    };
    const wrong = equalJson(given(service), given(copy))
      ? []
      : [
          `service ${namespace}/${name} of ${tenant.name} shows ${JSON.stringify(given(service))} instead of ${JSON.stringify(given(copy))}`,
        ];
    const [shown, is] = [service, copy].map((object) => (object['status'] ?? {}) as JsonValue);
    if (equalJson(shown ?? null, is ?? null)) return wrong;
    return [
      ...wrong,
      `service ${namespace}/${name} of ${tenant.name} shows status ${JSON.stringify(shown)} instead of ${JSON.stringify(is)}`,
    ];
  });
}
