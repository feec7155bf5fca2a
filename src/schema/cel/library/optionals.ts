/** Optional values: `optional.of(x)`, `a.?b.orValue(c)`… Mirrors cel-go cel/library.go OptionalTypes. */
import {
  boolType,
  dynType,
  intType,
  listType,
  mapType,
  optionalDynType,
  optionalType,
  paramType,
  stringType,
} from '../cel-type.ts';
import { global, member, type Library } from '../declaration.ts';
import { optionalMacros } from '../macro.ts';
import { operators } from '../operators.ts';
import { valueText } from '../value-type.ts';
import {
  ArrayList,
  CelDouble,
  CelDuration,
  CelError,
  CelOptional,
  CelTimestamp,
  CelUint,
  ListValue,
  MapValue,
  noSuchOverload,
  type Value,
} from '../value.ts';

const key = paramType('K');
const value = paramType('V');
const optional = optionalType(value);
const list = listType(value);
const map = mapType(key, value);

const zeroTimeSeconds = -62_135_596_800n;
const noValue = new CelError('optional.none() dereference');

export const optionalsLibrary = (): Library => ({
  macros: optionalMacros,
  types: [optionalDynType],
  functions: [
    {
      name: 'optional.of',
      overloads: [global('optional_of', [value], optional, (inner) => new CelOptional(inner ?? null))],
    },
    {
      name: 'optional.ofNonZeroValue',
      overloads: [
        global('optional_ofNonZeroValue', [value], optional, (inner = null) =>
          isZero(inner) ? CelOptional.none : new CelOptional(inner),
        ),
      ],
    },
    { name: 'optional.none', overloads: [global('optional_none', [], optional, () => CelOptional.none)] },
    {
      name: 'value',
      overloads: [
        member('optional_value', [optional], value, (given) =>
          given instanceof CelOptional ? (given.value ?? noValue) : noSuchOverload,
        ),
      ],
    },
    {
      name: 'hasValue',
      overloads: [
        member('optional_hasValue', [optional], boolType, (given) =>
          given instanceof CelOptional ? given.value !== undefined : noSuchOverload,
        ),
      ],
    },
    // These don't look at their argument where they don't need it: they are evaluated on their own.
    { name: 'or', overloads: [member('optional_or_optional', [optional, optional], optional)] },
    { name: 'orValue', overloads: [member('optional_orValue_value', [optional, value], value)] },
    {
      name: operators.optionalSelect,
      overloads: [global('select_optional_field', [dynType, stringType], optional)],
    },
    {
      name: operators.optionalIndex,
      overloads: [
        global('list_optindex_optional_int', [list, intType], optional),
        global('optional_list_optindex_optional_int', [optionalType(list), intType], optional),
        global('map_optindex_optional_value', [map, key], optional),
        global('optional_map_optindex_optional_value', [optionalType(map), key], optional),
      ],
    },
    {
      name: operators.index,
      overloads: [
        global('optional_list_index_int', [optionalType(list), intType], optional),
        global('optional_map_index_value', [optionalType(map), key], optional),
      ],
    },
    { name: 'last', overloads: [member('list_last', [list], optional, (given) => end(given, -1))] },
    { name: 'first', overloads: [member('list_first', [list], optional, (given) => end(given, 0))] },
    { name: 'optional.unwrap', overloads: [global('optional_unwrap', [listType(optional)], list, unwrap)] },
    { name: 'unwrapOpt', overloads: [member('optional_unwrapOpt', [listType(optional)], list, unwrap)] },
  ],
});

function end(given: Value = null, at: 0 | -1 = 0): Value {
  if (!(given instanceof ListValue)) return noSuchOverload;
  if (given.size === 0) return CelOptional.none;
  return new CelOptional(given.at(at === 0 ? 0 : given.size - 1));
}

function unwrap(given: Value = null): Value {
  if (!(given instanceof ListValue)) return noSuchOverload;
  const items: Value[] = [];
  for (const item of given) {
    if (!(item instanceof CelOptional)) return new CelError(`value ${valueText(item)} is not optional`);
    if (item.value !== undefined) items.push(item.value);
  }
  return new ArrayList(items);
}

function isZero(given: Value): boolean {
  if (given === null || given === false || given === 0 || given === '') return true;
  if (given instanceof CelDouble) return given.value === 0;
  if (given instanceof CelUint) return given.value === 0n;
  if (given instanceof CelDuration) return given.nanoseconds === 0n;
  if (given instanceof CelTimestamp) return given.nanoseconds === zeroTimeSeconds * 1_000_000_000n;
  if (given instanceof Uint8Array) return given.length === 0;
  return (given instanceof ListValue || given instanceof MapValue) && given.size === 0;
}
