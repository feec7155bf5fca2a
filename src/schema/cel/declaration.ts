/**
 * Functions: their overloads, which the checker chooses from by types, and what they do. Mirrors cel-go common/decls.
 */
import type { CelType } from './cel-type.ts';
import type { Macro } from './macro.ts';
import type { Value } from './value.ts';

/** Errors among the arguments never reach it. */
export type Implementation = (...args: Value[]) => Value;

export interface Overload {
  /** Upstream's name: costs go by it. */
  readonly id: string;
  /** The target is the first. */
  readonly args: readonly CelType[];
  readonly result: CelType;
  /** Called as `target.name(…)`. */
  readonly member: boolean;
  readonly run?: Implementation;
}

export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
  /** Serves all overloads, whatever the types of the arguments are. */
  readonly run?: Implementation;
  /** The overload's own function looks at its arguments' types itself. */
  readonly unguarded?: true;
}

/** What can be had together. */
export interface Library {
  readonly functions: readonly FunctionDeclaration[];
  readonly macros?: readonly Macro[];
  /** Types that expressions may name. */
  readonly types?: readonly CelType[];
}

export function global(id: string, args: readonly CelType[], result: CelType, run?: Implementation): Overload {
  return { id, args, result, member: false, ...(run === undefined ? {} : { run }) };
}

export function member(id: string, args: readonly CelType[], result: CelType, run?: Implementation): Overload {
  return { id, args, result, member: true, ...(run === undefined ? {} : { run }) };
}

/** Overloads of the same name are one function. */
export function mergeFunctions(libraries: readonly Library[]): ReadonlyMap<string, FunctionDeclaration> {
  const merged = new Map<string, FunctionDeclaration>();
  for (const declared of libraries.flatMap(({ functions }) => functions)) {
    const before = merged.get(declared.name);
    const overloads = [...(before?.overloads ?? []), ...declared.overloads];
    merged.set(declared.name, { ...before, ...declared, overloads });
  }
  return merged;
}
