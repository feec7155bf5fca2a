/** Tolerations of two origins in one list. Mirrors kubernetes pkg/util/tolerations MergeTolerations, v1.36. */
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../api/json.ts';
import { textAt } from '../../api/json-fields.ts';

/** All of both, without those that another one covers; of equal ones the first. */
export function mergeTolerations(first: readonly JsonObject[], second: readonly JsonObject[]): JsonObject[] {
  const all = [...first, ...second];
  const merged: JsonObject[] = [];
  for (const [index, toleration] of all.entries()) {
    const covered =
      merged.some((other) => covers(other, toleration)) ||
      all.slice(index + 1).some((other) => !isDeepStrictEqual(other, toleration) && covers(other, toleration));
    if (!covered) merged.push(toleration);
  }
  return merged;
}

/** Whether `wide` tolerates all that `narrow` does. */
function covers(wide: JsonObject, narrow: JsonObject): boolean {
  if (isDeepStrictEqual(wide, narrow)) return true;
  const operator = textAt(wide, 'operator');
  const anyKey = textAt(wide, 'key') === '' && operator === 'Exists';
  if (!anyKey && textAt(wide, 'key') !== textAt(narrow, 'key')) return false;
  const effect = textAt(wide, 'effect');
  if (effect !== '' && effect !== textAt(narrow, 'effect')) return false;
  if (effect === 'NoExecute' && !staysAsLong(wide['tolerationSeconds'], narrow['tolerationSeconds'])) return false;
  if (operator === 'Exists') return true;
  const equal = operator === '' || operator === 'Equal';
  return equal && textAt(narrow, 'operator') === 'Equal' && textAt(wide, 'value') === textAt(narrow, 'value');
}

/** Without a number: for ever. */
function staysAsLong(wide: unknown, narrow: unknown): boolean {
  if (typeof wide !== 'number') return true;
  return typeof narrow === 'number' && narrow <= wide;
}
