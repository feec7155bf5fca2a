/** Amounts of resources by name: `{cpu: '1', pods: '2'}`. Mirrors apiserver quota/v1 resources.go. Pure. */
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  quantityText,
  subtractQuantities,
  type Quantity,
} from '../quantity.ts';

export type Amounts = Readonly<Record<string, string>>;

const zero = parseQuantity('0');

export function addAmounts(left: Amounts, right: Amounts): Amounts {
  return combined(left, right, addQuantities);
}

/** Never below zero. */
export function subtractAmounts(left: Amounts, right: Amounts): Amounts {
  return combined(left, right, (one, other) => {
    const difference = subtractQuantities(one, other);
    return compareQuantities(difference, zero) < 0 ? zero : difference;
  });
}

/** The larger of each. */
export function maxAmounts(left: Amounts, right: Amounts): Amounts {
  return combined(left, right, (one, other) => (compareQuantities(one, other) < 0 ? other : one));
}

export function maskAmounts(amounts: Amounts, names: Iterable<string>): Amounts {
  const wanted = new Set(names);
  return Object.fromEntries(Object.entries(amounts).filter(([name]) => wanted.has(name)));
}

export function withoutZeros(amounts: Amounts): Amounts {
  return Object.fromEntries(
    Object.entries(amounts).filter(([, amount]) => compareQuantities(parseQuantity(amount), zero) !== 0),
  );
}

export function sameAmounts(left: Amounts, right: Amounts): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => {
      const other = right[name];
      return other !== undefined && compareQuantities(parseQuantity(left[name] ?? '0'), parseQuantity(other)) === 0;
    })
  );
}

/** The names of those that are above their limit. What has no limit isn't. */
export function exceededNames(amounts: Amounts, limits: Amounts): string[] {
  return Object.entries(amounts).flatMap(([name, amount]) => {
    const limit = limits[name];
    return limit !== undefined && compareQuantities(parseQuantity(amount), parseQuantity(limit)) > 0 ? [name] : [];
  });
}

export function negativeNames(amounts: Amounts): string[] {
  return Object.entries(amounts).flatMap(([name, amount]) =>
    compareQuantities(parseQuantity(amount), zero) < 0 ? [name] : [],
  );
}

/** `cpu=1,pods=2` */
export function amountsText(amounts: Amounts): string {
  return Object.entries(amounts)
    .map(([name, amount]) => `${name}=${quantityText(parseQuantity(amount))}`)
    .toSorted()
    .join(',');
}

function combined(left: Amounts, right: Amounts, combine: (left: Quantity, right: Quantity) => Quantity): Amounts {
  const result: Record<string, string> = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    const present = result[name];
    result[name] = quantityText(combine(present === undefined ? zero : parseQuantity(present), parseQuantity(amount)));
  }
  return result;
}
