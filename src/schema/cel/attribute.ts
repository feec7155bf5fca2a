/**
 * Chains of selections: `a.b[0].?c`. They are evaluated as one, since a selection of an optional value is one of what is in it, and
 * since their costs are counted so: one for each selection, and one for the chain, but not where it is only a branch of `?:` or an
 * index. Mirrors cel-go interpreter/attributes.go, and what runtimecost.go observes of it.
 */
import { valueText, typeOfValue } from './value-type.ts';
import { charge, type Evaluate, type Evaluation } from './runtime.ts';
import { CelDouble, CelError, CelOptional, CelUint, ListValue, MapValue, type Value } from './value.ts';

interface Qualifier {
  readonly optional: boolean;
  readonly key: (evaluation: Evaluation) => Value;
  /** `has()`: only whether it is there. */
  readonly testOnly: boolean;
}

export interface Attribute {
  /** Branches have no cost of their own. */
  readonly conditional: boolean;
  addQualifier(qualifier: Qualifier): void;
  resolve(evaluation: Evaluation): Value;
}

/** What `operand` gives, and selections of it. */
export class ChainAttribute implements Attribute {
  readonly conditional = false;
  readonly #operand: Evaluate;
  readonly #qualifiers: Qualifier[] = [];

  constructor(operand: Evaluate) {
    this.#operand = operand;
  }

  addQualifier(qualifier: Qualifier): void {
    this.#qualifiers.push(qualifier);
  }

  resolve(evaluation: Evaluation): Value {
    let value = this.#operand(evaluation);
    if (this.#qualifiers.length === 0 || value instanceof CelError) return value;
    let optional = false;
    if (value instanceof CelOptional) {
      if (value.value === undefined) return value;
      value = value.value;
      optional = true;
    }
    for (const qualifier of this.#qualifiers) {
      optional ||= qualifier.optional;
      const key = qualifier.key(evaluation);
      const found: Value | undefined =
        key instanceof CelError ? key : select(value, key, optional || qualifier.testOnly);
      // What isn't there costs nothing, where it needn't be.
      if (!optional || qualifier.testOnly || (found !== undefined && !(found instanceof CelError)))
        charge(evaluation, 1);
      if (found instanceof CelError) return found;
      if (qualifier.testOnly) return optional && found === undefined ? false : found !== undefined;
      if (found === undefined) return CelOptional.none;
      value = found;
    }
    return optional ? new CelOptional(value) : value;
  }
}

/** `condition ? left : right`; selections go to both. */
export class ConditionalAttribute implements Attribute {
  readonly conditional = true;
  readonly #condition: Evaluate;
  readonly #ifTrue: Attribute;
  readonly #ifFalse: Attribute;

  constructor(condition: Evaluate, ifTrue: Attribute, ifFalse: Attribute) {
    this.#condition = condition;
    this.#ifTrue = ifTrue;
    this.#ifFalse = ifFalse;
  }

  addQualifier(qualifier: Qualifier): void {
    this.#ifTrue.addQualifier(qualifier);
    this.#ifFalse.addQualifier(qualifier);
  }

  resolve(evaluation: Evaluation): Value {
    const condition = this.#condition(evaluation);
    if (condition === true) return this.#ifTrue.resolve(evaluation);
    if (condition === false) return this.#ifFalse.resolve(evaluation);
    return condition instanceof CelError ? condition : new CelError('no such overload');
  }
}

/** Undefined only if asked whether it is there. */
function select(value: Value, key: Value, ifPresent: boolean): Value | undefined {
  if (value instanceof MapValue) {
    const found = value.find(key);
    return found === undefined && !ifPresent ? new CelError(`no such key: ${valueText(key)}`) : found;
  }
  if (value instanceof ListValue) {
    const index = listIndex(key);
    if (index instanceof CelError) return index;
    if (index >= 0 && index < value.size) return value.at(index);
    return ifPresent ? undefined : new CelError(`index out of bounds: ${valueText(key)}`);
  }
  return ifPresent ? undefined : new CelError(`no such key: ${valueText(key)}`);
}

function listIndex(key: Value): number | CelError {
  if (typeof key === 'number') return key;
  if (typeof key === 'bigint') return -1;
  if (key instanceof CelUint) {
    return key.value < 2n ** 63n ? Number(key.value) : new CelError(`unsupported index value ${key.value} in list`);
  }
  if (key instanceof CelDouble) {
    return Number.isInteger(key.value) ? key.value : new CelError(`unsupported index value ${valueText(key)} in list`);
  }
  return new CelError(`unsupported index type '${typeOfValue(key).text}' in list`);
}
