/**
 * Paths to fields, as operators write them: `spec.issuerRef.name`, `spec.items[*].secret`, `metadata.annotations['example.com/key']`, `spec.ports[0]`. What
 * they lead to is a tenant's: it may be of any type, of any size, or not be there. Pure.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';

/** A key of an object, a place in a list, or all of either. */
export type PathStep = string | number | typeof each;

export const each = Symbol('each');

export interface FieldPath {
  readonly text: string;
  readonly steps: readonly PathStep[];
}

/** Where a path has led to. */
export interface Place {
  readonly value: JsonValue | undefined;
  set(value: JsonValue): void;
  remove(): void;
}

/** It leads to more than is allowed. */
export class PathError extends Error {}

const textLengthMax = 512;
const stepsMax = 32;
/** Of one path in one object. */
const placesMax = 1_000;

/** One step: `.name`, `['any key']`, `[3]`, `[*]`. */
const step = /(?:^|\.)([A-Za-z_$][-\w$]*)|\[(?:'([^']*)'|"([^"]*)"|(\d{1,6})|(\*))\]/y;

/** @throws Error in words for who wrote it */
export function parseFieldPath(text: string): FieldPath {
  const wrong = (why: string): Error => new Error(`"${text}" is no path to a field: ${why}`);
  if (text.length > textLengthMax) throw wrong('too long');
  const bare = text.replace(/^\$?\.?(?=[A-Za-z_[])/, '');
  const steps: PathStep[] = [];
  for (let at = 0; at < bare.length; at = step.lastIndex) {
    step.lastIndex = at;
    const found = step.exec(bare);
    if (!found) throw wrong(`it can't be read from ${JSON.stringify(bare.slice(at, at + 20))}`);
    const [, name, quoted, doubly, index, all] = found;
    if (all !== undefined) steps.push(each);
    else if (index !== undefined) steps.push(Number(index));
    else steps.push(name ?? quoted ?? doubly ?? '');
  }
  if (steps.length === 0 || typeof steps[0] !== 'string') throw wrong('it must begin with the name of a field');
  if (steps.length > stepsMax) throw wrong('too many steps');
  if (steps.includes('__proto__')) throw wrong('there is no such field');
  return { text, steps };
}

/** Whether it leads to at most one place. */
export function isSingle({ steps }: FieldPath): boolean {
  return !steps.includes(each);
}

/**
 * All places to which `path` leads in `root`. `make`: also that which isn't there, where its parents are or can be made (never into a list, nor in place of
 * something that is no object).
 * @throws PathError
 */
export function placesOf(root: JsonObject, { text, steps }: FieldPath, make: boolean): readonly Place[] {
  let holders: JsonValue[] = [root];
  for (const [index, step] of steps.slice(0, -1).entries()) {
    holders = holders.flatMap((holder) => childrenOf(holder, step, make && typeof steps[index + 1] === 'string'));
    if (holders.length > placesMax) throw new PathError(`${text} leads to more than ${placesMax} fields`);
  }
  const last = steps.at(-1) ?? '';
  const places = holders.flatMap((holder) => placesIn(holder, last, make));
  if (places.length > placesMax) throw new PathError(`${text} leads to more than ${placesMax} fields`);
  return places;
}

function childrenOf(holder: JsonValue, step: PathStep, make: boolean): JsonValue[] {
  if (step === each) {
    if (Array.isArray(holder)) return holder;
    return isJsonObject(holder) ? Object.values(holder) : [];
  }
  if (typeof step === 'number') return Array.isArray(holder) ? holder.slice(step, step + 1) : [];
  if (!isJsonObject(holder)) return [];
  if (Object.hasOwn(holder, step) && holder[step] !== undefined && holder[step] !== null) return [holder[step]];
  if (!make) return [];
  const made: JsonObject = {};
  holder[step] = made;
  return [made];
}

function placesIn(holder: JsonValue, step: PathStep, make: boolean): Place[] {
  if (Array.isArray(holder)) {
    const indexes = step === each ? [...holder.keys()] : typeof step === 'number' && step < holder.length ? [step] : [];
    // What is taken out of a list leaves a gap, so that the other places stay where they are.
    return indexes.map((index) => ({
      value: holder[index],
      set: (value) => void (holder[index] = value),
      remove: () => void (holder[index] = null),
    }));
  }
  if (!isJsonObject(holder) || typeof step === 'number') return [];
  const keys = step === each ? Object.keys(holder) : make || Object.hasOwn(holder, step) ? [step] : [];
  return keys
    .filter((key) => key !== '__proto__')
    .map((key) => ({
      value: Object.hasOwn(holder, key) ? holder[key] : undefined,
      set: (value) => void (holder[key] = value),
      remove: () => void delete holder[key],
    }));
}
