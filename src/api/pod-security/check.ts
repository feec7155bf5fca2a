/** What a check of the Pod Security Standards is, and what its sentences are made of. Mirrors pod-security-admission policy/checks.go, v1.36. */
import { objectAt, objectsAt, textAt } from '../json-fields.ts';
import type { JsonObject } from '../json.ts';

/** A pod, or the template of one. Nothing is taken for granted of its fields' types: a value that the host wouldn't decode is as good as none. */
export interface CheckedPod {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: JsonObject;
}

export interface Finding {
  /** `host namespaces` */
  readonly reason: string;
  /** `hostNetwork=true`; may be empty. */
  readonly detail: string;
}

/** Pure. `undefined`: nothing is found. */
export type CheckPod = (pod: CheckedPod) => Finding | undefined;

export interface Check {
  readonly id: string;
  /** By the minor version from which on it holds, ascending. `overrides`: checks of `baseline` that need not be made beside it. */
  readonly versions: readonly { readonly since: number; readonly check: CheckPod; readonly overrides?: string }[];
}

/** In the order in which they are told: init containers first. */
export function containersOf({ spec }: CheckedPod): readonly JsonObject[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) => objectsAt(spec, list));
}

/** Names of the containers that `is` holds for. */
export function namesWhere(pod: CheckedPod, is: (container: JsonObject) => boolean): string[] {
  return containersOf(pod)
    .filter(is)
    .map((container) => textAt(container, 'name'));
}

/** Of a pod's spec or of a container. */
export function securityContext(of: JsonObject): JsonObject | undefined {
  return objectAt(of, 'securityContext');
}

/** A user namespace of the pod's own makes some rules needless. */
export function hasUserNamespace({ spec }: CheckedPod): boolean {
  return spec['hostUsers'] === false;
}

export function isForWindows({ spec }: CheckedPod): boolean {
  return textAt(objectAt(spec, 'os'), 'name') === 'windows';
}

/** `container "a"`, `containers "a", "b"`. */
export function named(singular: string, names: readonly string[]): string {
  return `${plural(singular, names.length)} ${quoted(names)}`;
}

export function plural(singular: string, count: number): string {
  return count === 1 ? singular : `${singular}s`;
}

export function quoted(names: readonly string[]): string {
  return names.length === 0 ? '' : `"${names.join('", "')}"`;
}

/** As Go's sets list what they hold. */
export function sortedSet(items: Iterable<string>): string[] {
  return [...new Set(items)].toSorted();
}

/** `pod and containers "a", "b"`; empty when nobody. */
export function setters(isPod: boolean, containers: readonly string[]): string {
  return [...(isPod ? ['pod'] : []), ...(containers.length > 0 ? [named('container', containers)] : [])].join(' and ');
}
