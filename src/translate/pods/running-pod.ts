/**
 * What of a running pod goes to its copy by subresources: ephemeral containers, sizes, and conditions that readiness gates wait for. Strategic merge
 * patches, which leave alone what the host added and changed. Pure.
 */
import { createHash } from 'node:crypto';
import { cloneJson, equalJson, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { ownPrefix } from '../marks.ts';
import { carriedBy, conditionsOf } from './carried.ts';
import { viewPod, type Container, type PodCondition, type PodSpec, type Requirements } from './pod-view.ts';

export interface SubresourcePatch {
  readonly subresource: 'ephemeralcontainers' | 'resize' | 'status';
  readonly patch: JsonObject;
  /** What the copy notes afterwards, as annotations. */
  readonly note?: Readonly<Record<string, string>>;
}

const sizesAnnotation = `${ownPrefix}sizes`;

/** What a copy notes of the sizes that it was made with; nothing, where the tenant gives none. */
export function sizesNote(spec: PodSpec): Record<string, string> {
  const sizes = sizesOf(spec);
  if (sizes.length === 0) return {};
  return { [sizesAnnotation]: createHash('sha256').update(JSON.stringify(sizes)).digest('hex').slice(0, 16) };
}

/** `wanted` with the sizes that `current` notes, as long as it has others: what the tenant wants now is the resize's to write. */
export function keepSizesNote(current: On<'host', KubeObject>, wanted: On<'host', KubeObject>): On<'host', KubeObject> {
  const noted = current.metadata.annotations?.[sizesAnnotation];
  const { [sizesAnnotation]: now, ...annotations } = wanted.metadata.annotations ?? {};
  if (noted === now || hasSizesOf(current, wanted)) return wanted;
  if (noted !== undefined) annotations[sizesAnnotation] = noted;
  return markOn('host', { ...wanted, metadata: { ...wanted.metadata, annotations } });
}

function hasSizesOf(current: On<'host', KubeObject>, wanted: On<'host', KubeObject>): boolean {
  const now = sizesOf(viewPod(current).spec);
  return sizesOf(viewPod(wanted).spec).every(([name, size]) => {
    const found = now.find(([other]) => other === name)?.[1];
    return found !== undefined && equalJson(found, size);
  });
}

/** Each stands for itself. `ephemeralContainers`: the tenant's, translated. */
export function subresourcePatches(
  pod: On<'tenant', KubeObject>,
  copy: On<'host', KubeObject>,
  { copy: wanted, ephemeralContainers }: { copy: On<'host', KubeObject>; ephemeralContainers: readonly Container[] },
): readonly SubresourcePatch[] {
  return [conditionsPatch(pod, copy), resizePatch(copy, wanted), containersPatch(copy, ephemeralContainers)].flatMap(
    (patch) => patch ?? [],
  );
}

/** The kubelet heeds them for `Ready`; all other conditions are its own, or others'. */
function conditionsPatch(pod: On<'tenant', KubeObject>, copy: On<'host', KubeObject>): SubresourcePatch | undefined {
  const conditions = carriedBy(copy).conditions.flatMap((type): JsonObject[] => {
    const own = conditionsOf(pod).find((condition) => condition.type === type);
    const there = conditionsOf(copy).find((condition) => condition.type === type);
    if (!own) return there ? [{ $patch: 'delete', type }] : [];
    const wanted = told(own);
    return there && equalJson(told(there), wanted) ? [] : [wanted];
  });
  return conditions.length === 0 ? undefined : { subresource: 'status', patch: { status: { conditions } } };
}

/** What is absent is taken back: a patch would leave what stood there. */
function told({ type, status, reason, message, lastTransitionTime, lastProbeTime }: PodCondition): JsonObject {
  return {
    type,
    status,
    reason: reason ?? null,
    message: message ?? null,
    lastTransitionTime: lastTransitionTime ?? null,
    lastProbeTime: lastProbeTime ?? null,
  };
}

function containersPatch(copy: On<'host', KubeObject>, wanted: readonly Container[]): SubresourcePatch | undefined {
  const { ephemeralContainers: noted } = carriedBy(copy);
  const there = new Set(viewPod(copy).spec.ephemeralContainers?.map(({ name }) => name));
  const ephemeralContainers = wanted.filter(({ name }) => noted.includes(name) && !there.has(name));
  if (ephemeralContainers.length === 0) return undefined;
  return {
    subresource: 'ephemeralcontainers',
    patch: { spec: { ephemeralContainers: cloneJson(ephemeralContainers) } },
  };
}

/** Only when the tenant has resized since: what the host gave at the beginning is its own affair. */
function resizePatch(copy: On<'host', KubeObject>, wanted: On<'host', KubeObject>): SubresourcePatch | undefined {
  const sizes = wanted.metadata.annotations?.[sizesAnnotation];
  if (sizes === undefined || copy.metadata.annotations?.[sizesAnnotation] === sizes) return undefined;
  const spec: JsonObject = {};
  const { resources } = viewPod(wanted).spec;
  if (resources && Object.keys(sized(resources)).length > 0) spec['resources'] = sized(resources);
  for (const field of ['containers', 'initContainers'] as const) {
    const there = new Set(viewPod(copy).spec[field]?.map(({ name }) => name));
    const changed = (viewPod(wanted).spec[field] ?? []).flatMap(({ name, resources: size }) => {
      return there.has(name) && Object.keys(sized(size)).length > 0 ? [{ name, resources: sized(size) }] : [];
    });
    if (changed.length > 0) spec[field] = changed;
  }
  return { subresource: 'resize', patch: { spec }, note: { [sizesAnnotation]: sizes } };
}

/** By container, the pod itself last; of those that have any. */
function sizesOf(spec: PodSpec): (readonly [name: string, size: JsonObject])[] {
  return [
    ...[...(spec.initContainers ?? []), ...spec.containers].map(
      ({ name, resources }) => [name, sized(resources)] as const,
    ),
    ['', sized(spec.resources)] as const,
  ].filter(([, size]) => Object.keys(size).length > 0);
}

/** What can be resized of what is asked for. */
function sized({ requests, limits }: Requirements = {}): JsonObject {
  const found: JsonObject = {};
  for (const [name, list] of [
    ['requests', requests],
    ['limits', limits],
  ] as const) {
    const kept = ['cpu', 'memory'].flatMap((resource) => {
      const quantity = list?.[resource];
      return quantity === undefined ? [] : [[resource, quantity] as const];
    });
    if (kept.length > 0) found[name] = Object.fromEntries(kept);
  }
  return found;
}
