/** `slice`, `flatten`, `sort`, `distinct`, `lists.range`… Mirrors cel-go ext/lists.go, version 3. */
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  intType,
  listDynType,
  listType,
  paramType,
  stringType,
  timestampType,
  uintType,
} from '../cel-type.ts';
import { global, member, type Library } from '../declaration.ts';
import { compareValues, equalValues } from '../equality.ts';
import { sortByMacro } from '../macro.ts';
import { typeOfValue } from '../value-type.ts';
import { ArrayList, CelError, isInt, ListValue, noSuchOverload, type Value } from '../value.ts';

/** Nothing that is within its costs makes longer ones. */
const itemsMax = 2_000_000;
const depthMax = 500;
const tooLarge = new CelError('operation cancelled: value is too large');

const listOfT = listType(paramType('T'));
/** In upstream's order. */
const sortableTypes = [intType, uintType, doubleType, boolType, durationType, timestampType, stringType, bytesType];

export const listExtension = (): Library => ({
  macros: [sortByMacro],
  functions: [
    { name: 'slice', overloads: [member('list_slice', [listOfT, intType, intType], listOfT, slice)] },
    {
      name: 'flatten',
      overloads: [
        member('list_flatten', [listType(listOfT)], listOfT, (list) => flatten(list, 1)),
        member('list_flatten_int', [listDynType, intType], listDynType, flatten),
      ],
      unguarded: true,
    },
    {
      name: 'sort',
      overloads: sortableTypes.map((type) => member(`list_${type.name}_sort`, [listType(type)], listType(type))),
      run: (list = null) => sortBy('sort', list, list),
    },
    {
      name: '@sortByAssociatedKeys',
      overloads: sortableTypes.map((type) =>
        member(`list_${type.name}_sortByAssociatedKeys`, [listOfT, listType(type)], listOfT),
      ),
      run: (list = null, keys = null) => sortBy('@sortByAssociatedKeys', list, keys),
    },
    { name: 'lists.range', overloads: [global('lists_range', [intType], listType(intType), range)] },
    { name: 'reverse', overloads: [member('list_reverse', [listOfT], listOfT, reverse)] },
    { name: 'distinct', overloads: [member('list_distinct', [listOfT], listOfT, distinct)] },
  ],
});

function slice(list: Value = null, start: Value = null, end: Value = null): Value {
  if (!(list instanceof ListValue) || !isInt(start) || !isInt(end)) return noSuchOverload;
  const failed = (why: string): CelError => new CelError(`cannot slice(${start}, ${end}), ${why}`);
  if (start < 0 || end < 0) return failed('negative indexes not supported');
  if (start > end) return failed('start index must be less than or equal to end index');
  if (list.size < Number(end)) return failed(`list is length ${list.size}`);
  const items: Value[] = [];
  for (let index = Number(start); index < Number(end); index++) items.push(list.at(index));
  return new ArrayList(items);
}

function flatten(list: Value = null, depth: Value = null): Value {
  if (!(list instanceof ListValue) || !isInt(depth)) return noSuchOverload;
  if (depth < 0) return new CelError('level must be non-negative');
  const items: Value[] = [];
  const collect = (from: ListValue, left: number, nesting: number): boolean => {
    if (nesting > depthMax) return false;
    for (const item of from) {
      if (item instanceof ListValue && left > 0) {
        if (!collect(item, left - 1, nesting + 1)) return false;
      } else if (items.push(item) > itemsMax) return false;
    }
    return true;
  };
  return collect(list, Number(depth), 0) ? new ArrayList(items) : tooLarge;
}

function sortBy(name: string, list: Value, keys: Value): Value {
  if (!(list instanceof ListValue) || !(keys instanceof ListValue)) return new CelError(`no such overload: ${name}`);
  if (list.size !== keys.size) {
    return new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.size} and ${keys.size} elements respectively`,
    );
  }
  if (list.size === 0) return list;
  const pairs = Array.from(list, (item, index) => ({ item, key: keys.at(index) }));
  const first = typeOfValue(pairs[0]?.key ?? null);
  if (!sortableTypes.includes(first)) return new CelError('list elements must be comparable');
  if (pairs.some(({ key }) => typeOfValue(key) !== first)) return new CelError('list elements must have the same type');
  pairs.sort((left, right) => {
    const order = compareValues(left.key, right.key);
    return typeof order === 'number' ? order : 0;
  });
  return new ArrayList(pairs.map(({ item }) => item));
}

function range(count: Value = null): Value {
  if (!isInt(count)) return noSuchOverload;
  if (count > itemsMax) return tooLarge;
  return new ArrayList(Array.from({ length: Math.max(0, Number(count)) }, (_, index) => index));
}

function reverse(list: Value = null): Value {
  return list instanceof ListValue ? new ArrayList(Array.from(list).reverse()) : noSuchOverload;
}

function distinct(list: Value = null): Value {
  if (!(list instanceof ListValue)) return noSuchOverload;
  const items: Value[] = [];
  const seen = new Set<Value>();
  for (const item of list) {
    if (typeof item === 'string' || typeof item === 'boolean') {
      if (seen.has(item)) continue;
      seen.add(item);
    } else if (items.some((other) => equalValues(item, other) === true)) continue;
    items.push(item);
  }
  return new ArrayList(items);
}
