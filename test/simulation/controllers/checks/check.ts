/** What is looked at while all happens, and what must be when all is quiet. */
import type { KubeObject } from '../../../../src/api/object.ts';
import { controllerOf } from '../../../../src/controller/owner-reference.ts';
import { asPod, isPodActive, type Pod } from '../../../../src/controller/pod.ts';
import type { Truth, TruthWrite } from '../truth.ts';
import type { World } from '../world.ts';

export interface Check {
  /** At each write, as the store has just taken it: what is wrong with it, in words. */
  onWrite?(world: World, write: TruthWrite): readonly string[];
  /** When nothing moves any more. */
  whenQuiet?(world: World): readonly string[];
}

export function isCreation({ before, after }: TruthWrite): boolean {
  return before === undefined && after !== undefined;
}

/** Gone, or from now on on its way out. */
export function isDeletion({ before, after }: TruthWrite): boolean {
  if (!before || before.metadata.deletionTimestamp !== undefined) return false;
  return after === undefined || after.metadata.deletionTimestamp !== undefined;
}

export function controlledBy(truth: Truth, plural: string, uid: string): KubeObject[] {
  return truth.list(plural).filter((object) => controllerOf(object)?.uid === uid);
}

export function activePods(truth: Truth, uid: string): Pod[] {
  return controlledBy(truth, 'pods', uid).map(asPod).filter(isPodActive);
}

/** `ReplicaSet one/web-123`. */
export function textOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

export function specOf<T>(object: KubeObject | undefined): Partial<T> {
  return (object?.['spec'] ?? {}) as Partial<T>;
}

export function statusOf<T>(object: KubeObject | undefined): Partial<T> {
  return (object?.['status'] ?? {}) as Partial<T>;
}
