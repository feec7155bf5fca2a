/** Lists of resources (`cpu`, `memory`…) by name: sums, maxima, and the rounding that upstream does when it reads them. */
import type { JsonObject } from '../../../api/json.ts';
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  QuantityError,
  quantityText,
  roundUpQuantity,
  type Quantity,
} from '../../../api/quantity.ts';

export type Quantities = Map<string, Quantity>;

const milli = -3;

/** Mirrors SetDefaults_ResourceList: nothing finer than a thousandth. What is no quantity stays. */
export function roundUpToMilli(list: JsonObject): void {
  for (const [name, quantity] of quantitiesOf(list)) {
    if (quantity.exponent < milli) list[name] = quantityText(roundUpQuantity(quantity, milli));
  }
}

/** What is no quantity is left out. */
export function quantitiesOf(list: JsonObject | undefined): Quantities {
  const quantities: Quantities = new Map();
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = typeof text === 'string' ? parsed(text) : undefined;
    if (quantity) quantities.set(name, quantity);
  }
  return quantities;
}

/** Adds to `sum`. */
export function addTo(sum: Quantities, list: Quantities): void {
  for (const [name, quantity] of list) {
    const present = sum.get(name);
    sum.set(name, present ? addQuantities(present, quantity) : quantity);
  }
}

/** Raises `maximum`. */
export function raiseTo(maximum: Quantities, list: Quantities): void {
  for (const [name, quantity] of list) {
    const present = maximum.get(name);
    if (!present || compareQuantities(quantity, present) > 0) maximum.set(name, quantity);
  }
}

function parsed(text: string): Quantity | undefined {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}
