/** Sets of fields, seen with a schema. Mirrors structured-merge-diff Set.EnsureNamedFieldsAreMembers and typed reconcile_schema.go. */
import type { Schema } from '../../schema/schema.ts';
import { FieldSet } from './field-set.ts';
import { childSchema, deduced, isAtomicList, isAtomicMap, itemSchema, namedField } from './shape.ts';

/** With every named field that leads to a member as a member itself; keys of maps and items of lists are members already. */
export function withNamedFields(set: FieldSet, schema: Schema): FieldSet {
  const result = new FieldSet();
  for (const [element, member, below] of set.elements()) {
    const name = element.slice(2);
    const isField = element.startsWith('f:');
    const named = below !== undefined && isField && namedField(schema, name) !== undefined;
    const inner = isField ? (childSchema(schema, name) ?? deduced) : schema.type === 'list' ? schema.items : deduced;
    result.put(element, member || named, below && withNamedFields(below, inner));
  }
  return result;
}

/**
 * What has become atomic since the set was made is owned as a whole by who owned a part of it. The same set where nothing has.
 */
export function reconcileWithSchema(set: FieldSet, schema: Schema): FieldSet {
  const atomics: string[][] = [];
  findAtomics(schema, set, false, [], atomics);
  if (atomics.length === 0) return set;
  const roots = FieldSet.of(...atomics);
  return set.recursiveDifference(roots).union(roots);
}

/** `isLeaf`: a member with nothing below it, as what is atomic should be. */
function findAtomics(
  schema: Schema,
  set: FieldSet | undefined,
  isLeaf: boolean,
  path: readonly string[],
  found: string[][],
): void {
  if (schema.type !== 'list' && schema.type !== 'object' && schema.type !== 'map') return;
  const isList = schema.type === 'list';
  if (isList ? isAtomicList(schema) : isAtomicMap(schema)) {
    if (!isLeaf && (isList || set)) found.push([...path]);
    return;
  }
  for (const [element, member, below] of set?.elements() ?? []) {
    const child = isList ? itemSchema(schema) : childSchema(schema, element.slice(2));
    if (child) findAtomics(child, below, member && !below, [...path, element], found);
  }
}
