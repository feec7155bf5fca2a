/** Comprehensions to closures. Mirrors cel-go interpreter evalFold. */
import type { ComprehensionExpr, Expr } from './expr.ts';
import { GrowingMap } from './library/comprehensions.ts';
import { isInterrupted, type Evaluate, type Evaluation } from './runtime.ts';
import { ArrayList, CelError, GrowingList, ListValue, MapValue, type Value } from './value.ts';
import { typeOfValue } from './value-type.ts';

/** What the planner of the whole expression gives. */
interface LoopPlanner {
  slotCount: number;
  evaluate(expr: Expr): Evaluate;
  withLocal<T>(locals: readonly (readonly [string, Evaluate])[], run: () => T): T;
}

const interrupted = new CelError('operation interrupted');

export function planLoop(planner: LoopPlanner, expr: ComprehensionExpr): Evaluate {
  const { range: rangeExpr } = expr;
  const range = planner.evaluate(rangeExpr);
  const init = planner.evaluate(expr.accuInit);
  const accuSlot = planner.slotCount++;
  const firstSlot = planner.slotCount++;
  const secondSlot = planner.slotCount++;
  // A binding is a loop over nothing: its variable may be read more than once, and must not grow.
  const isBinding = rangeExpr.kind === 'list' && rangeExpr.elements.length === 0;
  const accu: Evaluate = (evaluation) => {
    const known = evaluation.slots[accuSlot];
    if (known !== undefined) return known;
    const value = isBinding ? init(evaluation) : growing(init(evaluation));
    evaluation.slots[accuSlot] = value;
    return value;
  };
  const readSlot =
    (slot: number): Evaluate =>
    ({ slots }) =>
      slots[slot] ?? null;
  const locals: (readonly [string, Evaluate])[] = [[expr.iterVar, readSlot(firstSlot)]];
  if (expr.iterVar2 !== undefined) locals.push([expr.iterVar2, readSlot(secondSlot)]);
  return planner.withLocal([[expr.accuVar, accu]], () => {
    const [condition, step] = planner.withLocal(locals, () => [
      planner.evaluate(expr.condition),
      planner.evaluate(expr.step),
    ]);
    const result = planner.evaluate(expr.result);
    if (condition === undefined || step === undefined) throw new Error('a loop has a condition and a step');
    /** One turn; false: the loop is over. */
    const turn = (evaluation: Evaluation, first: Value, second: Value): boolean => {
      evaluation.slots[firstSlot] = first;
      evaluation.slots[secondSlot] = second;
      if (condition(evaluation) === false) return false;
      evaluation.slots[accuSlot] = step(evaluation);
      return true;
    };
    const twoVariables = expr.iterVar2 !== undefined;
    return (evaluation) => {
      const outer = evaluation.slots[accuSlot];
      evaluation.slots[accuSlot] = undefined;
      const values = range(evaluation);
      const failure = isBinding ? undefined : run(evaluation, values, twoVariables, turn);
      const value = failure ?? grown(result(evaluation));
      evaluation.slots[accuSlot] = outer;
      return value;
    };
  });
}

type Turn = (evaluation: Evaluation, first: Value, second: Value) => boolean;

function run(evaluation: Evaluation, range: Value, twoVariables: boolean, turn: Turn): CelError | undefined {
  if (range instanceof CelError) return range;
  if (range instanceof ListValue) {
    const { size } = range;
    for (let index = 0; index < size; index++) {
      const item = range.at(index);
      if (!(twoVariables ? turn(evaluation, index, item) : turn(evaluation, item, null))) return undefined;
      if (isInterrupted(evaluation)) return interrupted;
    }
    return undefined;
  }
  if (range instanceof MapValue) {
    for (const key of range.keys()) {
      if (!turn(evaluation, key, twoVariables ? (range.find(key) ?? null) : null)) return undefined;
      if (isInterrupted(evaluation)) return interrupted;
    }
    return undefined;
  }
  return new CelError(`got '${goTypeOf(range)}', expected iterable type`);
}

/** What Go calls the value's type. */
function goTypeOf(value: Value): string {
  const { kind, text } = typeOfValue(value);
  return kind === 'opaque' || kind === 'struct' ? text : `types.${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** Nobody but the loop has it: it may grow in place. */
function growing(value: Value): Value {
  if (value instanceof ListValue && value.size === 0) return new GrowingList();
  return value instanceof MapValue && value.size === 0 ? new GrowingMap() : value;
}

function grown(value: Value): Value {
  return value instanceof GrowingList ? new ArrayList(value.items) : value;
}
