/**
 * What Kubernetes refuses of expressions that are well-typed: lists and maps of mixed types, and literals that can't be read where they
 * are used. Mirrors cel-go cel/validator.go and the validator of ext/formatting.go, in the order of the base environment.
 */
import { equivalentTypes, optionalOf, type CelType } from './cel-type.ts';
import type { Checked } from './checker.ts';
import { partsOf, type CallExpr, type Expr } from './expr.ts';
import type { Issue } from './issues.ts';
import { toDuration, toTimestamp } from './library/conversions.ts';
import { checkFormat, type Clause } from './library/string-format.ts';
import { compilePattern } from './regular-expression.ts';
import { CelError } from './value.ts';

/** Types that each clause of a format takes; `s` takes almost all. */
const clauseTypes: Readonly<Record<Clause['kind'], readonly CelType['kind'][]>> = {
  s: ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null'],
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['int', 'uint', 'bool'],
  o: ['int', 'uint'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
};

type Report = (id: number, message: string) => Issue;

export function checkLiterals(checked: Checked): readonly Issue[] {
  const calls: CallExpr[] = [];
  const aggregates: Expr[] = [];
  collect(checked.expr, false, calls, aggregates);
  const report: Report = (id, message) => ({ at: checked.places[id] ?? -1, message });
  return [
    ...mixedAggregates(checked, aggregates, report),
    ...conversions(calls, 'duration', report),
    ...conversions(calls, 'timestamp', report),
    ...patterns(calls, report),
    ...formats(checked, calls, report),
  ];
}

/** @param exempt what is given to `format` may be mixed */
function collect(expr: Expr, exempt: boolean, calls: CallExpr[], aggregates: Expr[]): void {
  if (expr.kind === 'call') calls.push(expr);
  if ((expr.kind === 'list' || expr.kind === 'map') && !exempt) aggregates.push(expr);
  const inner = exempt || (expr.kind === 'call' && expr.name === 'format');
  for (const part of partsOf(expr)) collect(part, inner, calls, aggregates);
}

function mixedAggregates({ types }: Checked, aggregates: readonly Expr[], report: Report): readonly Issue[] {
  const issues: Issue[] = [];
  const compare = (id: number, expected: CelType, actual: CelType | undefined): boolean => {
    if (actual === undefined || equivalentTypes(expected, actual)) return true;
    issues.push(report(id, `expected type '${expected.text}' but found '${actual.text}'`));
    return false;
  };
  const typeOf = (expr: Expr, optional: boolean): CelType | undefined => {
    const type = types[expr.id];
    return optional && type !== undefined ? (optionalOf(type) ?? type) : type;
  };
  for (const expr of aggregates.filter(({ kind }) => kind === 'list')) {
    if (expr.kind !== 'list') continue;
    const [first] = expr.elements;
    const expected = first && typeOf(first, expr.optionals.has(0));
    if (expected === undefined) continue;
    expr.elements.every((element, index) => compare(element.id, expected, typeOf(element, expr.optionals.has(index))));
  }
  for (const expr of aggregates) {
    if (expr.kind !== 'map') continue;
    const [first] = expr.entries;
    const keyType = first && typeOf(first.key, false);
    const valueType = first && typeOf(first.value, first.optional);
    if (keyType === undefined || valueType === undefined) continue;
    for (const { key, value, optional } of expr.entries) {
      compare(key.id, keyType, typeOf(key, false));
      compare(value.id, valueType, typeOf(value, optional));
    }
  }
  return issues;
}

/** `duration('…')` */
function conversions(calls: readonly CallExpr[], name: 'duration' | 'timestamp', report: Report): Issue[] {
  const convert = name === 'duration' ? toDuration : toTimestamp;
  return calls.flatMap((call) => {
    const [arg] = call.args;
    if (call.name !== name || arg?.kind !== 'literal') return [];
    return convert(arg.value) instanceof CelError ? [report(arg.id, `invalid ${name} argument`)] : [];
  });
}

/** Upstream looks at the first argument: of the function that isn't a method, that is the text. */
function patterns(calls: readonly CallExpr[], report: Report): Issue[] {
  return calls.flatMap((call) => {
    const [arg] = call.args;
    if (call.name !== 'matches' || arg?.kind !== 'literal' || typeof arg.value !== 'string') return [];
    return compilePattern(arg.value) instanceof CelError ? [report(arg.id, 'invalid matches argument')] : [];
  });
}

function formats({ types }: Checked, calls: readonly CallExpr[], report: Report): Issue[] {
  return calls.flatMap((call) => {
    const [list] = call.args;
    const { target } = call;
    if (call.name !== 'format' || list?.kind !== 'list' || call.args.length !== 1) return [];
    if (target?.kind !== 'literal' || typeof target.value !== 'string') return [];
    const wrong = checkFormat(target.value, list.elements.length, (index, clause) => {
      const arg = list.elements[index];
      return arg === undefined ? undefined : unshowable(types, arg, clause);
    });
    return wrong === undefined ? [] : [report(wrong.id ?? call.id, wrong.message)];
  });
}

/** The part that the clause doesn't take. */
function unshowable(
  types: readonly CelType[],
  expr: Expr,
  clause: Clause,
): { readonly id: number; readonly type: CelType } | undefined {
  const type = types[expr.id];
  if (type === undefined || type.kind === 'dyn') return undefined;
  if (!clauseTypes[clause.kind].includes(type.kind)) return { id: expr.id, type };
  if (clause.kind !== 's' || (expr.kind !== 'list' && expr.kind !== 'map')) return undefined;
  for (const part of partsOf(expr)) {
    const wrong = unshowable(types, part, clause);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
