/**
 * What an expression may cost at most, told from its text and from the sizes that its variables can have: rules that may cost too much
 * are refused when they are written. Mirrors cel-go checker/cost.go.
 */
import { costFactors } from './call-cost.ts';
import type { Checked } from './checker.ts';
import { dynType, optionalOf, type CelType } from './cel-type.ts';
import { add, fixed, multiply, nothing, sumOf, union, unboundedCost, unknownSize, type Range } from './cost-range.ts';
import type { CallEstimate, CostNode } from './cost-node.ts';
import { estimateCall } from './estimate-call.ts';
import type { CallExpr, ComprehensionExpr, Expr, ListExpr, MapExpr, SelectExpr } from './expr.ts';
import { codePointCount } from './bytes.ts';

/** How large what is at the path can be: the first part is a variable, the others fields, `@items`, `@keys`, `@values`. */
export type SizeEstimator = (path: readonly string[]) => Range | undefined;

interface EntrySize {
  readonly container: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: readonly string[] | undefined;
  readonly size: Range | undefined;
  readonly entrySize: EntrySize | undefined;
}

const accumulators: ReadonlySet<string> = new Set(['__result__', '@result']);
const scalarKinds: ReadonlySet<string> = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);
const selectCost = fixed(1);

export function estimateCost(checked: Checked, sizeAt: SizeEstimator): Range {
  return new Estimator(checked, sizeAt).cost(checked.expr);
}

class Estimator {
  readonly #checked: Checked;
  readonly #sizeAt: SizeEstimator;
  /** By id, these three. */
  readonly #paths = new Map<number, readonly string[]>();
  readonly #sizes = new Map<number, Range>();
  readonly #entrySizes = new Map<number, EntrySize>();
  readonly #locals = new Map<string, Local[]>();

  constructor(checked: Checked, sizeAt: SizeEstimator) {
    this.#checked = checked;
    this.#sizeAt = sizeAt;
  }

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return nothing;
      case 'ident': {
        const local = this.#local(expr.name);
        this.#setPath(expr, local === undefined ? [expr.name] : local.path);
        return selectCost;
      }
      case 'select':
        return this.#selectCost(expr);
      case 'call':
        return this.#callCost(expr);
      case 'list':
        return this.#listCost(expr);
      case 'map':
        return this.#mapCost(expr);
      case 'struct':
        return add(sumOf(expr.fields.map(({ value }) => this.cost(value))), fixed(costFactors.structCreation));
      case 'comprehension':
        return isBinding(expr) ? this.#bindingCost(expr) : this.#loopCost(expr);
    }
  }

  #selectCost(expr: SelectExpr): Range {
    const operand = this.cost(expr.operand);
    if (expr.testOnly) return operand;
    this.#setPath(expr, this.#extended(expr.operand, expr.field));
    const { kind } = this.#typeOf(expr.operand);
    return kind === 'map' || kind === 'struct' || kind === 'param' ? add(operand, selectCost) : operand;
  }

  #callCost(expr: CallExpr): Range {
    const [first] = expr.args;
    if (expr.name === 'dyn' && first !== undefined) {
      const cost = add(fixed(1), this.cost(first));
      this.#copySizes(expr, first);
      return cost;
    }
    const argCosts = expr.args.map((arg) => this.cost(arg));
    const args = expr.args.map((arg) => this.#node(arg));
    const overloads = this.#checked.overloads.get(expr.id) ?? [];
    if (overloads.length === 0) return nothing;
    const targetCost = expr.target === undefined ? nothing : this.cost(expr.target);
    const target = expr.target === undefined ? undefined : this.#node(expr.target);
    let cost: Range = { min: unboundedCost, max: 0 };
    let resultSize: Range | undefined;
    for (const { id } of overloads) {
      const estimate =
        this.#operatorCost(expr, id, args, argCosts) ??
        withArgs(
          estimateCall({ name: expr.name, overload: id, target, args, sizeOf: (node) => this.#sizeOf(node) }),
          argCosts,
        );
      cost = union(cost, estimate.cost);
      if (estimate.resultSize !== undefined) {
        resultSize = resultSize === undefined ? estimate.resultSize : union(resultSize, estimate.resultSize);
      }
      if (first !== undefined && (id === 'index_list' || id === 'index_map')) {
        resultSize = this.#entrySize(first)?.value;
        this.#setPath(expr, this.#extended(first, id === 'index_list' ? '@items' : '@values'));
      }
      resultSize ??= this.#size(expr);
    }
    if (resultSize !== undefined) this.#sizes.set(expr.id, resultSize);
    return add(targetCost, cost);
  }

  /** Those that know more than their arguments' sizes. */
  #operatorCost(
    expr: CallExpr,
    overload: string,
    args: readonly CostNode[],
    [first = nothing, second = nothing, third = nothing]: readonly Range[],
  ): CallEstimate | undefined {
    const [, one, other] = expr.args;
    const [left, right, last] = args;
    if (overload === 'logical_and' || overload === 'logical_or') {
      return { cost: { min: first.min, max: add(first, second).max } };
    }
    if (overload === 'conditional' && one !== undefined && other !== undefined) {
      const resultSize = union(right?.size ?? unknownSize, last?.size ?? unknownSize);
      this.#setEntrySize(expr, unionOfEntries(this.#entrySize(one), this.#entrySize(other)));
      return { cost: add(first, union(second, third)), resultSize };
    }
    const [operand] = expr.args;
    if (/^add_(string|bytes|list)$/.test(overload) && operand !== undefined && one !== undefined) {
      const resultSize = add(left?.size ?? unknownSize, right?.size ?? unknownSize);
      this.#setEntrySize(expr, unionOfEntries(this.#entrySize(operand), this.#entrySize(one)));
      const own = overload === 'add_list' ? fixed(1) : scaleTraversal(resultSize);
      return { cost: sumOf([own, first, second]), resultSize };
    }
    return undefined;
  }

  #listCost(expr: ListExpr): Range {
    const costs: Range[] = [];
    let itemSize: Range = expr.elements.length === 0 ? nothing : { min: unboundedCost, max: 0 };
    for (const element of expr.elements) {
      costs.push(this.cost(element));
      itemSize = union(itemSize, this.#size(element) ?? unknownSize);
    }
    this.#entrySizes.set(expr.id, { container: 'list', key: fixed(1), value: itemSize });
    return add(sumOf(costs), fixed(costFactors.listCreation));
  }

  #mapCost(expr: MapExpr): Range {
    const costs: Range[] = [];
    let key: Range = expr.entries.length === 0 ? nothing : { min: unboundedCost, max: 0 };
    let value = key;
    for (const entry of expr.entries) {
      costs.push(this.cost(entry.key), this.cost(entry.value));
      key = union(key, this.#size(entry.key) ?? unknownSize);
      value = union(value, this.#size(entry.value) ?? unknownSize);
    }
    this.#entrySizes.set(expr.id, { container: 'map', key, value });
    return add(sumOf(costs), fixed(costFactors.mapCreation));
  }

  #loopCost(expr: ComprehensionExpr): Range {
    const before = add(this.cost(expr.range), this.cost(expr.accuInit));
    this.#push(expr.accuVar, {
      path: this.#path(expr.accuInit),
      size: this.#size(expr.accuInit),
      entrySize: this.#entrySize(expr.accuInit),
    });
    const entry = this.#entrySize(expr.range);
    const isList = (entry?.container ?? this.#typeOf(expr.range).kind) === 'list';
    const variable = (name: string, step: string, size: Range | undefined): void =>
      this.#push(name, { path: this.#extended(expr.range, step), size, entrySize: undefined });
    if (expr.iterVar2 === undefined) {
      variable(expr.iterVar, isList ? '@items' : '@keys', isList ? entry?.value : entry?.key);
    } else {
      variable(expr.iterVar, isList ? '@indices' : '@keys', entry?.key);
      variable(expr.iterVar2, isList ? '@items' : '@values', entry?.value);
    }
    const condition = this.cost(expr.condition);
    const step = this.cost(expr.step);
    this.#pop(expr.iterVar);
    if (expr.iterVar2 !== undefined) this.#pop(expr.iterVar2);
    const result = this.cost(expr.result);
    this.#pop(expr.accuVar);
    const turns = this.#size(expr.range) ?? unknownSize;
    if (expr.accuInit.kind === 'literal') {
      const size = this.#size(expr.accuInit);
      if (size !== undefined) this.#sizes.set(expr.id, size);
    } else if (expr.accuInit.kind === 'list' || expr.accuInit.kind === 'map') {
      this.#sizes.set(expr.id, turns);
      this.#setEntrySize(expr, this.#entrySize(expr.step));
    }
    return sumOf([before, result, multiply(turns, add(step, condition))]);
  }

  #bindingCost(expr: ComprehensionExpr): Range {
    const before = add(this.cost(expr.range), this.cost(expr.accuInit));
    this.#push(expr.accuVar, {
      path: this.#path(expr.accuInit),
      size: this.#size(expr.accuInit),
      entrySize: this.#entrySize(expr.accuInit),
    });
    const result = this.cost(expr.result);
    this.#pop(expr.accuVar);
    this.#copySizes(expr, expr.result);
    return add(before, result);
  }

  #node(expr: Expr): CostNode {
    const path = this.#path(expr);
    const known = path !== undefined && !accumulators.has(path[0] ?? '') ? path : undefined;
    return { expr, type: this.#typeOf(expr), path: known, size: this.#size(expr) };
  }

  /** For Kubernetes' functions, which look once more where no size is known. */
  #sizeOf(node: CostNode): Range {
    return node.size ?? this.#estimated(node.path) ?? unknownSize;
  }

  #estimated(path: readonly string[] | undefined): Range | undefined {
    return path === undefined || path.length === 0 ? undefined : this.#sizeAt(path);
  }

  #size(expr: Expr): Range | undefined {
    const known = this.#sizes.get(expr.id) ?? ownSize(expr);
    if (known !== undefined) return known;
    const estimated = this.#estimated(this.#path(expr));
    if (estimated !== undefined) {
      this.#sizes.set(expr.id, estimated);
      return estimated;
    }
    if (isScalar(this.#typeOf(expr))) return fixed(1);
    return expr.kind === 'ident' ? this.#local(expr.name)?.size : undefined;
  }

  #entrySize(expr: Expr): EntrySize | undefined {
    return this.#entrySizes.get(expr.id) ?? (expr.kind === 'ident' ? this.#local(expr.name)?.entrySize : undefined);
  }

  #setEntrySize(expr: Expr, size: EntrySize | undefined): void {
    if (size !== undefined) this.#entrySizes.set(expr.id, size);
  }

  #copySizes(to: Expr, from: Expr): void {
    const size = this.#size(from);
    if (size !== undefined) this.#sizes.set(to.id, size);
    this.#setEntrySize(to, this.#entrySize(from));
  }

  #path(expr: Expr): readonly string[] | undefined {
    const local = expr.kind === 'ident' ? this.#local(expr.name) : undefined;
    return local === undefined ? this.#paths.get(expr.id) : local.path;
  }

  /** Where the operand has no path, upstream's begins with the step, and then stands for the variable itself. */
  #extended(operand: Expr, step: string): readonly string[] {
    return [...(this.#path(operand) ?? []), step];
  }

  #setPath(expr: Expr, path: readonly string[] | undefined): void {
    if (path !== undefined) this.#paths.set(expr.id, path);
  }

  #typeOf(expr: Expr): CelType {
    return this.#checked.types[expr.id] ?? dynType;
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #push(name: string, local: Local): void {
    const stack = this.#locals.get(name);
    if (stack === undefined) this.#locals.set(name, [local]);
    else stack.push(local);
  }

  #pop(name: string): void {
    this.#locals.get(name)?.pop();
  }
}

function withArgs(estimate: CallEstimate, argCosts: readonly Range[]): CallEstimate {
  return { ...estimate, cost: add(estimate.cost, sumOf(argCosts)) };
}

function scaleTraversal(size: Range): Range {
  return {
    min: Math.min(Math.ceil(size.min * costFactors.traversal), unboundedCost),
    max: Math.min(Math.ceil(size.max * costFactors.traversal), unboundedCost),
  };
}

function unionOfEntries(left: EntrySize | undefined, right: EntrySize | undefined): EntrySize | undefined {
  if (left === undefined || right === undefined) return undefined;
  return { container: left.container, key: union(left.key, right.key), value: union(left.value, right.value) };
}

/** Of what is written out. */
function ownSize(expr: Expr): Range | undefined {
  if (expr.kind === 'list') return fixed(expr.elements.length);
  if (expr.kind === 'map') return fixed(expr.entries.length);
  if (expr.kind !== 'literal') return undefined;
  if (typeof expr.value === 'string') return fixed(codePointCount(expr.value));
  return fixed(expr.value instanceof Uint8Array ? expr.value.length : 1);
}

function isScalar(type: CelType): boolean {
  if (scalarKinds.has(type.kind)) return true;
  const inner = optionalOf(type);
  return inner !== undefined && isScalar(inner);
}

/** `cel.bind` and its kin: a loop over nothing with an accumulator of its own. */
function isBinding(expr: ComprehensionExpr): boolean {
  const { range, condition, accuVar } = expr;
  const isEmpty = range.kind === 'list' && range.elements.length === 0;
  return isEmpty && condition.kind === 'literal' && condition.value === false && accuVar !== '__result__';
}
