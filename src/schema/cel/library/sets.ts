/** `sets.contains` and its kin. Mirrors cel-go ext/sets.go. */
import { boolType, listType, paramType } from '../cel-type.ts';
import { global, type Library } from '../declaration.ts';
import { contains } from '../equality.ts';
import { ListValue, noSuchOverload, type Value } from '../value.ts';

const listOfT = listType(paramType('T'));

export const setsLibrary = (): Library => ({
  functions: [
    {
      name: 'sets.contains',
      overloads: [global('list_sets_contains_list', [listOfT, listOfT], boolType, containsAll)],
    },
    {
      name: 'sets.equivalent',
      overloads: [
        global('list_sets_equivalent_list', [listOfT, listOfT], boolType, (left, right) => {
          const first = containsAll(left, right);
          return first === true ? containsAll(right, left) : first;
        }),
      ],
    },
    {
      name: 'sets.intersects',
      overloads: [global('list_sets_intersects_list', [listOfT, listOfT], boolType, intersects)],
    },
  ],
});

function containsAll(list: Value = null, part: Value = null): Value {
  if (!(list instanceof ListValue) || !(part instanceof ListValue)) return noSuchOverload;
  for (const item of part) {
    const found = contains(list, item);
    if (found !== true) return found;
  }
  return true;
}

function intersects(left: Value = null, right: Value = null): Value {
  if (!(left instanceof ListValue) || !(right instanceof ListValue)) return noSuchOverload;
  for (const item of left) if (contains(right, item) === true) return true;
  return false;
}
