/** `sum`, `min`, `isSorted`…: Kubernetes' own. Mirrors apiserver pkg/cel/library/lists.go. */
import { calculate } from '../arithmetic.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  intType,
  listType,
  paramType,
  stringType,
  timestampType,
  uintType,
  type CelType,
} from '../cel-type.ts';
import { member, type Implementation, type Library, type Overload } from '../declaration.ts';
import { compareValues, equalValues } from '../equality.ts';
import { CelDouble, CelDuration, CelError, CelUint, ListValue, noSuchOverload, type Value } from '../value.ts';

const listOfA = listType(paramType('A'));
const comparable = [intType, uintType, doubleType, boolType, durationType, timestampType, stringType, bytesType];
const zeros: readonly (readonly [CelType, Value])[] = [
  [intType, 0],
  [uintType, new CelUint(0n)],
  [doubleType, new CelDouble(0)],
  [durationType, new CelDuration(0n)],
];

export const listsLibrary = (): Library => ({
  functions: [
    {
      name: 'isSorted',
      overloads: comparable.map((type) => of(type, `list_${type.text}_is_sorted_bool`, boolType, isSorted)),
    },
    {
      name: 'sum',
      overloads: zeros.map(([type, zero]) => of(type, `list_${type.text}_sum_${type.text}`, type, sumFrom(zero))),
    },
    {
      name: 'max',
      overloads: comparable.map((type) => of(type, `list_${type.text}_max_${type.text}`, type, extreme('max', -1))),
    },
    {
      name: 'min',
      overloads: comparable.map((type) => of(type, `list_${type.text}_min_${type.text}`, type, extreme('min', 1))),
    },
    {
      name: 'indexOf',
      overloads: [
        member('list_a_index_of_int', [listOfA, paramType('A')], intType, (list, item) => indexOf(list, item, 1)),
      ],
    },
    {
      name: 'lastIndexOf',
      overloads: [
        member('list_a_last_index_of_int', [listOfA, paramType('A')], intType, (list, item) => indexOf(list, item, -1)),
      ],
    },
  ],
});

function of(element: CelType, id: string, result: CelType, run: (list: ListValue) => Value): Overload {
  const checked: Implementation = (list) => (list instanceof ListValue ? run(list) : noSuchOverload);
  return member(id, [listType(element)], result, checked);
}

function isSorted(list: ListValue): Value {
  let before: Value | undefined;
  for (const item of list) {
    if (before !== undefined && compareValues(before, item) === 1) return false;
    before = item;
  }
  return true;
}

function sumFrom(zero: Value): (list: ListValue) => Value {
  return (list) => {
    let sum = zero;
    for (const item of list) {
      sum = calculate('add', sum, item);
      if (sum instanceof CelError) return sum;
    }
    return sum;
  };
}

/** @param replacedAt how the best so far compares to a better one */
function extreme(name: string, replacedAt: 1 | -1): (list: ListValue) => Value {
  return (list) => {
    let best: Value | undefined;
    for (const item of list) {
      if (best === undefined || compareValues(best, item) === replacedAt) best = item;
    }
    return best ?? new CelError(`${name} called on empty list`);
  };
}

function indexOf(list: Value = null, item: Value = null, step: 1 | -1 = 1): Value {
  if (!(list instanceof ListValue)) return noSuchOverload;
  for (let index = step > 0 ? 0 : list.size - 1; index >= 0 && index < list.size; index += step) {
    if (equalValues(list.at(index), item) === true) return index;
  }
  return -1;
}
