/**
 * What has changed between two values of one schema, as sets of fields. Mirrors structured-merge-diff typed compare.go, whose notion of a
 * leaf it keeps: scalars, whatever is atomic, and what is empty on both sides.
 */
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { Schema } from '../../schema/schema.ts';
import { FieldSet } from './field-set.ts';
import { listElement } from './list-element.ts';
import { pathElementText } from './path-element.ts';
import { childSchema, deduced, isAtomicList, isAtomicMap, itemSchema, listOf, mapOf, shapeOf } from './shape.ts';
import { TypedError } from './typed-error.ts';

/** No field is in more than one of them. */
export interface Comparison {
  readonly removed: FieldSet;
  /** In both, but different. */
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

/** @throws TypedError for a list whose items have no keys */
export function compareValues(schema: Schema, left: JsonValue, right: JsonValue): Comparison {
  const comparer = new Comparer();
  comparer.compare(schema, left, right);
  return comparer;
}

type Maybe = JsonValue | undefined;

class Comparer implements Comparison {
  readonly removed = new FieldSet();
  readonly modified = new FieldSet();
  readonly added = new FieldSet();
  readonly #path: string[] = [];

  /** At most one side is absent. */
  compare(schema: Schema, left: Maybe, right: Maybe): void {
    const leftShape = shapeOf(schema, left);
    const rightShape = shapeOf(schema, right);
    let leaf: boolean;
    if (right === undefined) leaf = this.#as(leftShape, schema, left, right);
    else {
      if (left !== undefined && leftShape !== rightShape) this.#as(leftShape, schema, left, right);
      leaf = this.#as(rightShape, schema, left, right);
    }
    if (!leaf && left === undefined) this.added.insert(this.#path);
    if (!leaf && right === undefined) this.removed.insert(this.#path);
  }

  /** Whether it is a leaf. */
  #as(shape: 'scalar' | 'list' | 'map', schema: Schema, left: Maybe, right: Maybe): boolean {
    if (shape === 'map') return this.#maps(schema, left, right);
    if (shape === 'list') return this.#lists(schema, left, right);
    return this.#leaf(left, right);
  }

  #leaf(left: Maybe, right: Maybe): true {
    if (left === undefined) this.added.insert(this.#path);
    else if (right === undefined) this.removed.insert(this.#path);
    else if (!equalJson(left, right)) this.modified.insert(this.#path);
    return true;
  }

  #maps(schema: Schema, left: Maybe, right: Maybe): boolean {
    const [before, after] = [mapOf(left), mapOf(right)];
    const names = before ? Object.keys(before) : [];
    if (isAtomicMap(schema)) return this.#leaf(left, right);
    if (names.length === 0 && (!after || Object.keys(after).length === 0)) return this.#leaf(left, right);
    for (const name of names) {
      const other = after && Object.hasOwn(after, name) ? after[name] : undefined;
      this.#below(`f:${name}`, childSchema(schema, name) ?? deduced, before?.[name], other);
    }
    if (!after) return false;
    for (const name of Object.keys(after)) {
      if (before && Object.hasOwn(before, name)) continue;
      this.#below(`f:${name}`, childSchema(schema, name) ?? deduced, undefined, after[name]);
    }
    return false;
  }

  #lists(schema: Schema, left: Maybe, right: Maybe): boolean {
    const before = listOf(left) ?? [];
    const after = listOf(right) ?? [];
    if (isAtomicList(schema) || (before.length === 0 && after.length === 0)) return this.#leaf(left, right);
    const beforeItems = this.#items(schema, before);
    const afterItems = this.#items(schema, after);
    const items = itemSchema(schema);
    for (const element of new Set([...beforeItems.keys(), ...afterItems.keys()])) {
      this.#item(items, element, beforeItems.get(element) ?? [], afterItems.get(element) ?? []);
    }
    return false;
  }

  /** An element that stands twice or more is owned as a whole, without what is below it. */
  #item(schema: Schema, element: string, before: readonly JsonValue[], after: readonly JsonValue[]): void {
    if (before.length <= 1 && after.length <= 1) {
      this.#below(element, schema, before[0], after[0]);
    } else if (before.length > 1 && after.length > 1) {
      if (!equalJson([...before], [...after])) this.modified.insert([...this.#path, element]);
    } else if (before.length > 1) {
      if (after.length > 0) this.#below(element, schema, undefined, after[0]);
      this.removed.insert([...this.#path, element]);
    } else {
      if (before.length > 0) this.#below(element, schema, before[0], undefined);
      this.added.insert([...this.#path, element]);
    }
  }

  #below(element: string, schema: Schema, left: Maybe, right: Maybe): void {
    this.#path.push(element);
    this.compare(schema, left, right);
    this.#path.pop();
  }

  #items(schema: Schema, list: readonly JsonValue[]): Map<string, JsonValue[]> {
    const items = new Map<string, JsonValue[]>();
    for (const [index, item] of list.entries()) {
      const element = this.#elementOf(schema, item, index);
      const same = items.get(element);
      if (same) same.push(item);
      else items.set(element, [item]);
    }
    return items;
  }

  #elementOf(schema: Schema, item: JsonValue, index: number): string {
    try {
      return listElement(schema, item);
    } catch (error) {
      if (!(error instanceof TypedError)) throw error;
      const path = this.#path.map(pathElementText).join('');
      throw new TypedError([{ path, message: `element ${index}: ${error.message}` }]);
    }
  }
}
