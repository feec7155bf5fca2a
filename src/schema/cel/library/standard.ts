/** Operators and functions of the language itself. Mirrors cel-go common/stdlib. */
import { calculate, negate, type Arithmetic } from '../arithmetic.ts';
import { codePointCount } from '../bytes.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  intType,
  listType,
  mapType,
  nullType,
  paramType,
  stringType,
  timestampType,
  typeType,
  uintType,
  listDynType,
  mapDynType,
  type CelType,
} from '../cel-type.ts';
import {
  global,
  member,
  type FunctionDeclaration,
  type Implementation,
  type Library,
  type Overload,
} from '../declaration.ts';
import { compareValues, contains } from '../equality.ts';
import { standardMacros } from '../macro.ts';
import { operators } from '../operators.ts';
import { matches } from '../regular-expression.ts';
import { typeOfValue } from '../value-type.ts';
import { CelError, ListValue, MapValue, noSuchOverload, type Value } from '../value.ts';
import { conversionFunctions } from './conversions.ts';
import { timeFunctions } from './time-functions.ts';

const paramA = paramType('A');
const paramB = paramType('B');
const listOfA = listType(paramA);
const mapOfAB = mapType(paramA, paramB);

const shortNames = new Map<CelType, string>([
  [intType, 'int64'],
  [uintType, 'uint64'],
]);
const numberTypes = [intType, uintType, doubleType];
const orderedTypes = [boolType, intType, uintType, doubleType, stringType, bytesType, timestampType, durationType];

const moreTypes = [listDynType, mapDynType, nullType, typeType];
/** What expressions can name. */
const namedTypes = [...orderedTypes, ...moreTypes];

export const standardLibrary = (): Library => ({
  macros: standardMacros,
  types: namedTypes,
  functions: [
    // These are evaluated on their own; what is here is for the checker.
    { name: operators.conditional, overloads: [global('conditional', [boolType, paramA, paramA], paramA)] },
    { name: operators.and, overloads: [global('logical_and', [boolType, boolType], boolType)] },
    { name: operators.or, overloads: [global('logical_or', [boolType, boolType], boolType)] },
    { name: operators.equals, overloads: [global('equals', [paramA, paramA], boolType)] },
    { name: operators.notEquals, overloads: [global('not_equals', [paramA, paramA], boolType)] },
    {
      name: operators.index,
      overloads: [global('index_list', [listOfA, intType], paramA), global('index_map', [mapOfAB, paramA], paramB)],
    },
    { name: operators.notStrictlyFalse, overloads: [global('not_strictly_false', [boolType], boolType)] },
    {
      name: operators.not,
      overloads: [global('logical_not', [boolType], boolType)],
      run: (value) => (typeof value === 'boolean' ? !value : noSuchOverload),
    },
    {
      name: operators.negate,
      overloads: [global('negate_double', [doubleType], doubleType), global('negate_int64', [intType], intType)],
      run: (value = null) => refused(operators.negate, negate(value), value, negatable),
    },
    arithmetic(operators.add, 'add', [
      ...same('add', [bytesType, doubleType, durationType, intType]),
      global('add_duration_timestamp', [durationType, timestampType], timestampType),
      global('add_timestamp_duration', [timestampType, durationType], timestampType),
      global('add_list', [listOfA, listOfA], listOfA),
      ...same('add', [stringType, uintType]),
    ]),
    arithmetic(operators.divide, 'divide', same('divide', [doubleType, intType, uintType])),
    arithmetic(operators.modulo, 'modulo', same('modulo', [intType, uintType])),
    arithmetic(operators.multiply, 'multiply', same('multiply', [doubleType, intType, uintType])),
    arithmetic(operators.subtract, 'subtract', [
      ...same('subtract', [doubleType, durationType, intType]),
      global('subtract_timestamp_duration', [timestampType, durationType], timestampType),
      global('subtract_timestamp_timestamp', [timestampType, timestampType], durationType),
      ...same('subtract', [uintType]),
    ]),
    comparison(operators.less, 'less', (order) => order < 0),
    comparison(operators.lessEquals, 'less_equals', (order) => order <= 0),
    comparison(operators.greater, 'greater', (order) => order > 0),
    comparison(operators.greaterEquals, 'greater_equals', (order) => order >= 0),
    {
      name: operators.in,
      overloads: [global('in_list', [paramA, listOfA], boolType), global('in_map', [paramA, mapOfAB], boolType)],
      run: inAggregate,
    },
    { name: 'size', overloads: sizes(), run: (value) => sizeOf(value ?? null) },
    ...conversionFunctions(),
    textTest('contains', 'contains_string', (text, part) => text.includes(part)),
    textTest('endsWith', 'ends_with_string', (text, part) => text.endsWith(part)),
    textTest('startsWith', 'starts_with_string', (text, part) => text.startsWith(part)),
    {
      name: 'matches',
      overloads: [
        global('matches', [stringType, stringType], boolType),
        member('matches_string', [stringType, stringType], boolType),
      ],
      run: (text, pattern) => matches(text ?? null, pattern ?? null),
    },
    ...timeFunctions(),
  ],
});

/** Types whose values can be the left side of an operator. */
const numeric = [doubleType, intType, uintType];
const calculable: Readonly<Record<Arithmetic, readonly CelType[]>> = {
  add: [...numeric, bytesType, durationType, listDynType, stringType, timestampType],
  subtract: [...numeric, durationType, timestampType],
  multiply: numeric,
  divide: numeric,
  modulo: [intType, uintType],
};
const negatable = [doubleType, durationType, intType];
/** Types of which upstream asks the value itself before it gives up: its answer doesn't name the function. */
const receivers: ReadonlySet<CelType> = new Set([stringType, durationType, timestampType]);

/** Where an operator can't do it, upstream names it only if the left side is of a type that never can. */
function refused(name: string, result: Value, left: Value, types: readonly CelType[]): Value {
  if (result !== noSuchOverload) return result;
  const type = typeOfValue(left);
  return types.includes(type) || receivers.has(type) ? result : new CelError(`no such overload: ${name}`);
}

/** `size(x)` */
function sizeOf(value: Value): Value {
  if (typeof value === 'string') return codePointCount(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  return new CelError('no such overload: size');
}

function shortName(type: CelType): string {
  return shortNames.get(type) ?? type.text;
}

/** Both operands and the result are of one type. */
function same(prefix: string, types: readonly CelType[]): Overload[] {
  return types.map((type) => {
    const name = type === durationType ? 'duration_duration' : shortName(type);
    return global(`${prefix}_${name}`, [type, type], type);
  });
}

function arithmetic(name: string, kind: Arithmetic, overloads: readonly Overload[]): FunctionDeclaration {
  const run: Implementation = (left = null, right = null) =>
    refused(name, calculate(kind, left, right), left, calculable[kind]);
  return { name, overloads, run };
}

/** Numbers of different types can be compared as well. */
function comparison(name: string, prefix: string, test: (order: -1 | 0 | 1) => boolean): FunctionDeclaration {
  const overloads = orderedTypes.flatMap((type) => {
    const own = global(`${prefix}_${shortName(type)}`, [type, type], boolType);
    if (!numberTypes.includes(type)) return [own];
    const mixed = numberTypes
      .filter((other) => other !== type)
      .map((other) => global(`${prefix}_${shortName(type)}_${shortName(other)}`, [type, other], boolType));
    return [own, ...mixed];
  });
  const run: Implementation = (left = null, right = null) => {
    const order = compareValues(left, right);
    return order instanceof CelError ? refused(name, order, left, orderedTypes) : test(order);
  };
  return { name, overloads, run };
}

function sizes(): Overload[] {
  const types: readonly (readonly [string, CelType])[] = [
    ['bytes', bytesType],
    ['list', listOfA],
    ['map', mapOfAB],
    ['string', stringType],
  ];
  return types.flatMap(([name, type]) => [
    global(`size_${name}`, [type], intType),
    member(`${name}_size`, [type], intType),
  ]);
}

function textTest(name: string, id: string, test: (text: string, part: string) => boolean): FunctionDeclaration {
  return {
    name,
    overloads: [member(id, [stringType, stringType], boolType)],
    run: (text, part) => (typeof text === 'string' && typeof part === 'string' ? test(text, part) : noSuchOverload),
  };
}

function inAggregate(value: Value = null, aggregate: Value = null): Value {
  if (aggregate instanceof ListValue) return contains(aggregate, value);
  if (!(aggregate instanceof MapValue)) return noSuchOverload;
  const found = aggregate.find(value);
  return found instanceof CelError ? found : found !== undefined;
}
