/**
 * What a copy notes of what went to it after it was made: ephemeral containers, and conditions that readiness gates wait for. The host may have some of
 * its own under the very names that a tenant thinks of, so a name alone says nothing. Noted before it goes: what is noted and isn't there is still to go.
 * Pure.
 */
import { parseJson } from '../../api/codec/parse-json.ts';
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { ownPrefix } from '../marks.ts';
import { viewPod, type PodCondition, type PodSpec } from './pod-view.ts';

export interface Carried {
  /** Names. */
  readonly ephemeralContainers: readonly string[];
  /** Types. */
  readonly conditions: readonly string[];
}

const carriedAnnotation = `${ownPrefix}carried`;

/** Of a copy; a note that somebody spoiled counts as none. */
export function carriedBy({ metadata }: Readonly<KubeObject>): Carried {
  const text = metadata.annotations?.[carriedAnnotation];
  let noted: JsonValue = null;
  try {
    noted = text === undefined ? null : parseJson(text);
  } catch {
    noted = null;
  }
  const list = (name: string): readonly string[] => {
    const value = isJsonObject(noted) && Object.hasOwn(noted, name) ? noted[name] : undefined;
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  };
  return { ephemeralContainers: list('ephemeralContainers'), conditions: list('conditions') };
}

/** What `copy` should note. */
function toCarry(pod: On<'tenant', KubeObject>, copy: On<'host', KubeObject>): Carried {
  const noted = carriedBy(copy);
  const onHost = ephemeralNames(viewPod(copy).spec);
  const there = conditionTypes(copy);
  const own = conditionTypes(pod);
  return {
    ephemeralContainers: ephemeralNames(viewPod(pod).spec).filter(
      (name) => noted.ephemeralContainers.includes(name) || !onHost.includes(name),
    ),
    conditions: gateTypes(viewPod(pod).spec).filter(
      (type) => own.includes(type) || (noted.conditions.includes(type) && there.includes(type)),
    ),
  };
}

/** `wanted` with the note that `current` should have. */
export function withCarried(
  pod: On<'tenant', KubeObject>,
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  const carried = toCarry(pod, current);
  const isEmpty = carried.ephemeralContainers.length + carried.conditions.length === 0;
  // Nothing is noted of most pods, as long as nothing was.
  if (isEmpty && current.metadata.annotations?.[carriedAnnotation] === undefined) return wanted;
  const { ephemeralContainers, conditions } = carried;
  const annotations = {
    ...wanted.metadata.annotations,
    [carriedAnnotation]: JSON.stringify({ ephemeralContainers, conditions }),
  };
  return markOn('host', { ...wanted, metadata: { ...wanted.metadata, annotations } });
}

/** Names of the tenant's ephemeral containers that the host has for one of its own. */
export function takenByHost(pod: On<'tenant', KubeObject>, copy: On<'host', KubeObject>): readonly string[] {
  const { ephemeralContainers } = toCarry(pod, copy);
  return ephemeralNames(viewPod(pod).spec).filter((name) => !ephemeralContainers.includes(name));
}

/** Set by a cluster's own parts, whatever a gate is called. Mirrors core/v1 PodConditionType. */
export const systemConditions: ReadonlySet<string> = new Set([
  'AllContainersRestarting',
  'ContainersReady',
  'DisruptionTarget',
  'Initialized',
  'PodReadyToStartContainers',
  'PodResizeInProgress',
  'PodResizePending',
  'PodScheduled',
  'Ready',
]);

/** The conditions for which the pod waits and that are the tenant's to set. */
export function gateTypes({ readinessGates = [] }: PodSpec): readonly string[] {
  const types = readinessGates.map(({ conditionType }) => conditionType);
  return [...new Set(types)].filter((type) => !systemConditions.has(type));
}

export function conditionsOf(pod: Readonly<KubeObject>): readonly PodCondition[] {
  return viewPod(pod).status?.conditions ?? [];
}

function conditionTypes(pod: Readonly<KubeObject>): readonly string[] {
  return conditionsOf(pod).map(({ type }) => type);
}

function ephemeralNames({ ephemeralContainers = [] }: PodSpec): readonly string[] {
  return ephemeralContainers.map(({ name }) => name);
}
