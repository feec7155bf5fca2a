/** How one kind of object uses quotas. Mirrors apiserver quota/v1 Evaluator. */
import type { KubeObject } from '../object.ts';
import type { Amounts } from './amounts.ts';
import type { ScopeRequirement } from './quota.ts';

export interface Evaluator {
  /** Whether a write of this kind may change what is used. `old`: of updates. */
  handles(
    operation: 'CREATE' | 'UPDATE',
    subresource: string,
    object: Readonly<KubeObject>,
    old: Readonly<KubeObject> | undefined,
  ): boolean;
  /** Those of the names that objects of this kind use. */
  matching(names: readonly string[]): readonly string[];
  matchesScope(scope: ScopeRequirement, object: Readonly<KubeObject>): boolean;
  usage(object: Readonly<KubeObject>, now: number): Amounts;
  /** When it will use less though nothing happens to it, milliseconds since the epoch. */
  changesAt?(object: Readonly<KubeObject>, now: number): number | undefined;
  /** What the object must say where these are limited; `undefined`: it says it. */
  missing?(names: readonly string[], object: Readonly<KubeObject>): string | undefined;
}
