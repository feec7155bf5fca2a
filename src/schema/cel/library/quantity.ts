/** `quantity('1.5Gi')` and what can be done with it. Mirrors apiserver pkg/cel/library/quantity.go. */
import {
  addQuantities,
  compareQuantities,
  integerQuantity,
  parseQuantity,
  QuantityError,
  subtractQuantities,
  type Quantity,
} from '../../../api/quantity.ts';
import { boolType, doubleType, intType, stringType, structType } from '../cel-type.ts';
import { global, member, type FunctionDeclaration, type Implementation, type Library } from '../declaration.ts';
import {
  CelDouble,
  CelError,
  int64Max,
  int64Min,
  intValue,
  isInt,
  noSuchOverload,
  OpaqueValue,
  type Value,
} from '../value.ts';

const quantityType = structType('kubernetes.Quantity');
/** Greater ones are no int64, and are not worth being written out to see that. */
const exponentMax = 19;

class QuantityValue extends OpaqueValue {
  readonly type = quantityType;
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  equalTo(other: Value): boolean | CelError {
    return other instanceof QuantityValue ? compareQuantities(this.quantity, other.quantity) === 0 : noSuchOverload;
  }
}

export const quantityLibrary = (): Library => ({
  functions: [...comparisons(), ...calculations()],
});

function comparisons(): readonly FunctionDeclaration[] {
  return [
    { name: 'quantity', overloads: [global('string_to_quantity', [stringType], quantityType, toQuantity)] },
    {
      name: 'isQuantity',
      overloads: [
        global('is_quantity_string', [stringType], boolType, (text) => !(toQuantity(text ?? null) instanceof CelError)),
      ],
    },
    // As upstream declares it, it is a global function, whatever its documentation says.
    {
      name: 'sign',
      overloads: [
        global(
          'quantity_sign',
          [quantityType],
          intType,
          of((quantity) => Number(quantity.mantissa > 0n) - Number(quantity.mantissa < 0n)),
        ),
      ],
    },
    {
      name: 'isGreaterThan',
      overloads: [
        member(
          'quantity_is_greater_than',
          [quantityType, quantityType],
          boolType,
          comparing((order) => order > 0),
        ),
      ],
    },
    {
      name: 'isLessThan',
      overloads: [
        member(
          'quantity_is_less_than',
          [quantityType, quantityType],
          boolType,
          comparing((order) => order < 0),
        ),
      ],
    },
    {
      name: 'compareTo',
      overloads: [
        member(
          'quantity_compare_to',
          [quantityType, quantityType],
          intType,
          comparing((order) => order),
        ),
      ],
    },
  ];
}

function calculations(): readonly FunctionDeclaration[] {
  return [
    {
      name: 'asApproximateFloat',
      overloads: [
        member(
          'quantity_get_float',
          [quantityType],
          doubleType,
          of((quantity) => new CelDouble(approximate(quantity))),
        ),
      ],
    },
    {
      name: 'asInteger',
      overloads: [
        member(
          'quantity_get_int',
          [quantityType],
          intType,
          of((quantity) => integer(quantity) ?? new CelError('cannot convert value to integer')),
        ),
      ],
    },
    {
      name: 'isInteger',
      overloads: [
        member(
          'quantity_is_integer',
          [quantityType],
          boolType,
          of((quantity) => integer(quantity) !== undefined),
        ),
      ],
    },
    {
      name: 'add',
      overloads: [
        member('quantity_add', [quantityType, quantityType], quantityType, combining(addQuantities)),
        member('quantity_add_int', [quantityType, intType], quantityType, combining(addQuantities)),
      ],
    },
    {
      name: 'sub',
      overloads: [
        member('quantity_sub', [quantityType, quantityType], quantityType, combining(subtractQuantities)),
        member('quantity_sub_int', [quantityType, intType], quantityType, combining(subtractQuantities)),
      ],
    },
  ];
}

function toQuantity(text: Value = null): Value {
  if (typeof text !== 'string') return noSuchOverload;
  try {
    return new QuantityValue(parseQuantity(text));
  } catch (error) {
    if (error instanceof QuantityError) return new CelError(error.message);
    throw error;
  }
}

function of(run: (quantity: Quantity) => Value): Implementation {
  return (value) => (value instanceof QuantityValue ? run(value.quantity) : noSuchOverload);
}

function comparing(result: (order: -1 | 0 | 1) => Value): Implementation {
  return (left, right) =>
    left instanceof QuantityValue && right instanceof QuantityValue
      ? result(compareQuantities(left.quantity, right.quantity))
      : noSuchOverload;
}

function combining(combine: (left: Quantity, right: Quantity) => Quantity): Implementation {
  return (left, right = null) => {
    const other = isInt(right) ? integerQuantity(BigInt(right), 'DecimalExponent') : undefined;
    const quantity = right instanceof QuantityValue ? right.quantity : other;
    if (!(left instanceof QuantityValue) || quantity === undefined) return noSuchOverload;
    return new QuantityValue(combine(left.quantity, quantity));
  };
}

/** Undefined: it is no int64. */
function integer({ mantissa, exponent }: Quantity): number | bigint | undefined {
  if (mantissa === 0n) return 0;
  if (exponent > exponentMax) return undefined;
  const unit = 10n ** BigInt(Math.abs(exponent));
  if (exponent < 0 && mantissa % unit !== 0n) return undefined;
  const value = exponent < 0 ? mantissa / unit : mantissa * unit;
  return value < int64Min || value > int64Max ? undefined : intValue(value);
}

function approximate({ mantissa, exponent }: Quantity): number {
  return Number(`${mantissa}e${exponent}`);
}
