/**
 * Checked expressions to closures. What upstream computes beforehand (lists and maps of constants, conversions of constants, patterns)
 * is computed beforehand here, too, since it then costs nothing. Mirrors cel-go interpreter/planner.go and decorators.go.
 */
import { ChainAttribute, ConditionalAttribute, type Attribute } from './attribute.ts';
import { callCost, costFactors, equalityCost, inequalityCost, needsResult, type CallCost } from './call-cost.ts';
import type { Checked } from './checker.ts';
import type { FunctionDeclaration, Implementation, Overload } from './declaration.ts';
import { declaredType, type Environment } from './environment.ts';
import { contains, equalValues } from './equality.ts';
import type { CallExpr, ComprehensionExpr, Expr, ListExpr, MapExpr, SelectExpr, StructExpr } from './expr.ts';
import { conversionNames } from './library/conversions.ts';
import { operators } from './operators.ts';
import { compilePattern, withPattern } from './regular-expression.ts';
import { charge, type Evaluate, type Evaluation } from './runtime.ts';
import { planLoop } from './plan-loop.ts';
import { ArrayList, CelError, CelOptional, HashMap, ListValue, MapValue, noSuchOverload, type Value } from './value.ts';
import { accepts, typeOfValue, valueText } from './value-type.ts';

/** What is known of a part before it is evaluated. */
type Plan =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'attribute'; readonly attribute: Attribute }
  | { readonly kind: 'computed'; readonly evaluate: Evaluate };

export interface Planned {
  readonly evaluate: Evaluate;
  /** How many variables its loops have. */
  readonly slotCount: number;
}

/** Thrown where a constant can't be computed. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

/** @throws PlanError */
export function plan(checked: Checked, environment: Environment): Planned {
  const planner = new Planner(checked, environment);
  const evaluate = planner.evaluate(checked.expr);
  return { evaluate, slotCount: planner.slotCount };
}

class Planner {
  readonly #checked: Checked;
  readonly #environment: Environment;
  /** Variables of loops: how they are read. */
  readonly #locals: (readonly [name: string, read: Evaluate])[] = [];
  slotCount = 0;

  constructor(checked: Checked, environment: Environment) {
    this.#checked = checked;
    this.#environment = environment;
  }

  evaluate(expr: Expr): Evaluate {
    return evaluateOf(this.#plan(expr));
  }

  /** Plans with a variable more. */
  withLocal<T>(locals: readonly (readonly [string, Evaluate])[], run: () => T): T {
    const before = this.#locals.length;
    this.#locals.push(...locals);
    const result = run();
    this.#locals.length = before;
    return result;
  }

  #plan(expr: Expr): Plan {
    switch (expr.kind) {
      case 'literal':
        return { kind: 'constant', value: expr.value };
      case 'ident':
        return this.#name(expr.name, expr.id);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'comprehension':
        return { kind: 'computed', evaluate: this.#comprehension(expr) };
    }
  }

  #comprehension(expr: ComprehensionExpr): Evaluate {
    return planLoop(this, expr);
  }

  #name(name: string, id: number): Plan {
    const type = this.#checked.references.get(id)?.type;
    const named = type?.kind === 'type' ? type.params[0] : undefined;
    for (let index = this.#locals.length - 1; index >= 0; index--) {
      const local = this.#locals[index];
      if (local?.[0] === name) return { kind: 'attribute', attribute: new ChainAttribute(local[1]) };
    }
    if (named !== undefined && declaredType(this.#environment, name)?.text === type?.text) {
      return { kind: 'constant', value: named };
    }
    const missing = new CelError(`no such attribute(s): ${name}`);
    const read: Evaluate = ({ bindings }) => {
      const value = bindings.get(name);
      return value === undefined ? missing : value;
    };
    return { kind: 'attribute', attribute: new ChainAttribute(read) };
  }

  #select(expr: SelectExpr): Plan {
    const reference = this.#checked.references.get(expr.id);
    if (reference !== undefined) return this.#name(reference.name, expr.id);
    const attribute = attributeOf(this.#plan(expr.operand));
    const { field, testOnly } = expr;
    attribute.addQualifier({ optional: false, key: () => field, testOnly });
    if (!testOnly) return { kind: 'attribute', attribute };
    // Asking costs nothing beside the selections.
    return computed((evaluation) => {
      const value = attribute.resolve(evaluation);
      return value instanceof CelOptional ? value.value !== undefined : value;
    });
  }

  #call(expr: CallExpr): Plan {
    const parts = expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    const plans = parts.map((part) => this.#plan(part));
    const [first, second, third] = plans;
    if (first !== undefined && second !== undefined) {
      switch (expr.name) {
        case operators.and:
          return computed(shortCircuit(evaluateOf(first), evaluateOf(second), false));
        case operators.or:
          return computed(shortCircuit(evaluateOf(first), evaluateOf(second), true));
        case operators.equals:
          return computed(equality(evaluateOf(first), evaluateOf(second), true));
        case operators.notEquals:
          return computed(equality(evaluateOf(first), evaluateOf(second), false));
        case operators.index:
          return index(first, second, false);
        case operators.optionalIndex:
        case operators.optionalSelect:
          return index(first, second, true);
        case operators.conditional: {
          if (third === undefined) break;
          const branches = [attributeOf(second), attributeOf(third)] as const;
          return { kind: 'attribute', attribute: new ConditionalAttribute(evaluateOf(first), ...branches) };
        }
        default:
      }
    }
    return this.#function(expr, plans);
  }

  #function(expr: CallExpr, plans: readonly Plan[]): Plan {
    const declared = this.#environment.functions.get(expr.name);
    if (declared === undefined) throw new PlanError(`unknown function: ${expr.name}`);
    const overloads = this.#checked.overloads.get(expr.id) ?? [];
    const overload = overloads.length === 1 ? overloads[0] : undefined;
    const id = overload?.id ?? '';
    const [first, second] = plans;
    if (first !== undefined && second !== undefined && plans.length === 2) {
      if (expr.name === 'or' || expr.name === 'orValue') {
        return computed(optionalOr(evaluateOf(first), evaluateOf(second), expr.name === 'orValue'));
      }
      const membership = id === 'in_list' && second.kind === 'constant' ? memberOf(first, second.value) : undefined;
      if (membership !== undefined) return membership;
    }
    if (expr.name === operators.notStrictlyFalse && first !== undefined) {
      const evaluate = evaluateOf(first);
      return computed((evaluation) => {
        const value = evaluate(evaluation);
        charge(evaluation, 1);
        return typeof value === 'boolean' ? value : true;
      });
    }
    const patterned = this.#patterned(expr, plans);
    const run = patterned ?? implementationOf(declared, overload);
    if (first?.kind === 'constant' && plans.length === 1 && conversionNames.has(expr.name)) {
      const value = run(first.value);
      if (value instanceof CelError) throw new PlanError(value.message);
      return { kind: 'constant', value };
    }
    const evaluates = plans.map(evaluateOf);
    return computed(
      callOf(evaluates, run, callCost(expr.name, id), needsResult(expr.name, id), patterned !== undefined),
    );
  }

  /** Patterns that are written out are compiled once. */
  #patterned(expr: CallExpr, plans: readonly Plan[]): Implementation | undefined {
    const [, second] = plans;
    if (!['matches', 'find', 'findAll'].includes(expr.name)) return undefined;
    if (second?.kind !== 'constant' || typeof second.value !== 'string') return undefined;
    const pattern = compilePattern(second.value);
    if (pattern instanceof CelError) throw new PlanError(pattern.message);
    return withPattern(expr.name, pattern);
  }

  #list(expr: ListExpr): Plan {
    const plans = expr.elements.map((element) => this.#plan(element));
    const { optionals } = expr;
    const evaluates = plans.map(evaluateOf);
    const evaluate: Evaluate = (evaluation) => {
      const items: Value[] = [];
      let failure: CelError | undefined;
      for (const [position, element] of evaluates.entries()) {
        const value = element(evaluation);
        const given = optionals.has(position) ? unwrapped(value, 'list element') : value;
        if (given instanceof CelError) {
          failure = given;
          break;
        }
        if (given !== undefined) items.push(given);
      }
      return failure ?? new ArrayList(items);
    };
    return constructed(plans, evaluate, costFactors.listCreation);
  }

  #map(expr: MapExpr): Plan {
    const plans = expr.entries.flatMap(({ key, value }) => [this.#plan(key), this.#plan(value)]);
    const entries = expr.entries.map(({ optional }, position) => {
      const [key, value] = [plans[2 * position], plans[2 * position + 1]];
      if (key === undefined || value === undefined) throw new Error('entries have a key and a value');
      return { key: evaluateOf(key), value: evaluateOf(value), optional };
    });
    const evaluate: Evaluate = (evaluation) => {
      const map = new HashMap();
      for (const { key, value, optional } of entries) {
        const name = key(evaluation);
        if (name instanceof CelError) return name;
        const inner = value(evaluation);
        if (inner instanceof CelError) return inner;
        const given = optional ? unwrapped(inner, `entry '${valueText(name)}'`) : inner;
        if (given instanceof CelError) return given;
        if (given === undefined) map.delete(name);
        else {
          const failure = map.set(name, given);
          if (failure !== undefined) return failure;
        }
      }
      return map;
    };
    return constructed(plans, evaluate, costFactors.mapCreation);
  }

  #struct(expr: StructExpr): Plan {
    const type = this.#checked.types[expr.id];
    const fields = expr.fields.map(({ name, value, optional }) => ({ name, optional, value: this.evaluate(value) }));
    const create = (evaluation: Evaluation): Value => {
      const struct = new StructMap(type);
      for (const { name, value, optional } of fields) {
        const inner = value(evaluation);
        const given = optional && !(inner instanceof CelError) ? unwrapped(inner, `entry '${name}'`) : inner;
        if (given instanceof CelError) return given;
        if (given !== undefined) struct.set(name, given);
      }
      return struct;
    };
    return computed((evaluation) => {
      const value = create(evaluation);
      charge(evaluation, costFactors.structCreation);
      return value;
    });
  }
}

/** An object that an expression has made. */
class StructMap extends HashMap {
  override readonly structType;

  constructor(type: Checked['types'][number] | undefined) {
    super();
    this.structType = type;
  }
}

function computed(evaluate: Evaluate): Plan {
  return { kind: 'computed', evaluate };
}

function constructed(plans: readonly Plan[], evaluate: Evaluate, cost: number): Plan {
  if (plans.every(({ kind }) => kind === 'constant')) {
    const value = evaluate(nothingBound());
    // What can't be made is told when it is evaluated.
    if (!(value instanceof CelError)) return { kind: 'constant', value };
  }
  return computed((evaluation) => {
    const value = evaluate(evaluation);
    charge(evaluation, cost);
    return value;
  });
}

function nothingBound(): Evaluation {
  return { cost: 0, costMax: Infinity, bindings: new Map(), slots: [], cancelled: () => false, turns: 0 };
}

function evaluateOf(planned: Plan): Evaluate {
  switch (planned.kind) {
    case 'constant': {
      const { value } = planned;
      return () => value;
    }
    case 'attribute': {
      const { attribute } = planned;
      if (attribute.conditional) return (evaluation) => attribute.resolve(evaluation);
      return (evaluation) => {
        const value = attribute.resolve(evaluation);
        charge(evaluation, 1);
        return value;
      };
    }
    case 'computed':
      return planned.evaluate;
  }
}

function attributeOf(planned: Plan): Attribute {
  return planned.kind === 'attribute' ? planned.attribute : new ChainAttribute(evaluateOf(planned));
}

function index(operand: Plan, key: Plan, optional: boolean): Plan {
  if (key.kind === 'constant' && key.value === null) throw new PlanError('invalid qualifier type: types.Null');
  const attribute = attributeOf(operand);
  const read: Evaluate =
    key.kind === 'attribute' ? (evaluation) => qualifierOf(key.attribute.resolve(evaluation)) : evaluateOf(key);
  attribute.addQualifier({ optional, key: read, testOnly: false });
  return { kind: 'attribute', attribute };
}

/** What can't be a key isn't looked for. */
function qualifierOf(value: Value): Value {
  if (value instanceof MapValue) return new CelError('invalid qualifier type: map[string]interface {}');
  return value instanceof ListValue ? new CelError('invalid qualifier type: []interface {}') : value;
}

/** `&&` and `||`: what decides wins over an error on the other side. */
function shortCircuit(left: Evaluate, right: Evaluate, decides: boolean): Evaluate {
  return (evaluation) => {
    const first = left(evaluation);
    if (first === decides) return decides;
    const second = right(evaluation);
    if (second === decides) return decides;
    for (const value of [first, second]) {
      if (typeof value === 'boolean') continue;
      return value instanceof CelError ? value : noSuchOverload;
    }
    return !decides;
  };
}

function equality(left: Evaluate, right: Evaluate, wanted: boolean): Evaluate {
  const cost = wanted ? equalityCost : inequalityCost;
  return (evaluation) => {
    const one = left(evaluation);
    const other = right(evaluation);
    charge(evaluation, cost(one, other));
    if (one instanceof CelError) return one;
    if (other instanceof CelError) return other;
    const equal = equalValues(one, other);
    if (wanted) return equal;
    return equal !== true;
  };
}

function optionalOr(left: Evaluate, right: Evaluate, unwrap: boolean): Evaluate {
  return (evaluation) => {
    const value = left(evaluation);
    if (!(value instanceof CelOptional)) return value;
    if (value.value === undefined) return right(evaluation);
    return unwrap ? value.value : value;
  };
}

/** `x in ['a', 'b']`: costs nothing but `x`. Undefined where upstream doesn't see it so. */
function memberOf(value: Plan, list: Value): Plan | undefined {
  if (!(list instanceof ArrayList)) return undefined;
  if (list.size === 0) return { kind: 'constant', value: false };
  const isPlain = (item: Value): boolean => !(item instanceof Uint8Array) && plainTypes.has(typeOfValue(item).text);
  if (!list.items.every(isPlain)) return undefined;
  const read = evaluateOf(value);
  const texts = list.items.every((item) => typeof item === 'string') ? new Set<Value>(list.items) : undefined;
  return computed((evaluation) => {
    const item = read(evaluation);
    if (item instanceof CelError) return item;
    return texts === undefined ? contains(list, item) : texts.has(item);
  });
}

const plainTypes: ReadonlySet<string> = new Set(['bool', 'double', 'int', 'string', 'uint']);

function implementationOf(declared: FunctionDeclaration, overload: Overload | undefined): Implementation {
  if (declared.run !== undefined) return declared.run;
  const refuse = (args: readonly Value[]): CelError =>
    new CelError(`no such overload: ${declared.name}(${args.map((arg) => typeOfValue(arg).name).join(', ')})`);
  const { run } = overload ?? {};
  if (overload !== undefined && run !== undefined) {
    if (declared.unguarded === true) return run;
    return (...args) => (args.every((arg, at) => takes(overload, at, arg)) ? run(...args) : refuse(args));
  }
  return (...args) => {
    const fitting = declared.overloads.find(
      (candidate) =>
        candidate.run !== undefined &&
        candidate.args.length === args.length &&
        args.every((arg, at) => takes(candidate, at, arg)),
    );
    return fitting?.run === undefined ? refuse(args) : fitting.run(...args);
  };
}

function takes(overload: Overload, at: number, arg: Value): boolean {
  const type = overload.args[at];
  return type !== undefined && accepts(type, arg);
}

/**
 * Arguments are evaluated from left to right. Of one or two, all are, and the call costs, whatever they are; of more, none after the
 * first error, and then the call costs nothing unless that was the last.
 */
function callOf(
  args: readonly Evaluate[],
  run: Implementation,
  cost: CallCost,
  costOfResult: boolean,
  patterned: boolean,
): Evaluate {
  const stops = args.length > 2 || patterned;
  return (evaluation) => {
    const values: Value[] = [];
    let failure: CelError | undefined;
    for (const [at, arg] of args.entries()) {
      const value = arg(evaluation);
      values.push(value);
      if (!(value instanceof CelError)) continue;
      failure ??= value;
      if (stops && at < args.length - 1) return value;
    }
    if (!costOfResult || failure !== undefined) charge(evaluation, cost(values, failure ?? null));
    if (failure !== undefined) return failure;
    const result = run(...values);
    if (costOfResult) charge(evaluation, cost(values, result));
    return result;
  };
}

/** What is in an optional; undefined: nothing. */
function unwrapped(value: Value, what: string): Value | undefined {
  if (value instanceof CelError) return value;
  if (value instanceof CelOptional) return value.value;
  return new CelError(`cannot initialize optional ${what} from non-optional value ${valueText(value)}`);
}
