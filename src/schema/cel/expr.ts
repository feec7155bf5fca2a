/**
 * Expressions, parsed. Macros are expanded already: `has(a.b)` is a select that only tests, `all(x, …)` a comprehension. Each has an id
 * unique in its expression, under which places, types and overloads are kept. Mirrors cel-go common/ast.
 */
import type { CelDouble, CelUint } from './value.ts';

export type Literal = null | boolean | number | bigint | string | Uint8Array | CelDouble | CelUint;

export interface LiteralExpr {
  readonly kind: 'literal';
  readonly id: number;
  readonly value: Literal;
}

export interface IdentExpr {
  readonly kind: 'ident';
  readonly id: number;
  /** The checker writes the resolved name. */
  name: string;
}

export interface SelectExpr {
  readonly kind: 'select';
  readonly id: number;
  readonly operand: Expr;
  readonly field: string;
  /** `has()` */
  readonly testOnly: boolean;
}

export interface CallExpr {
  readonly kind: 'call';
  readonly id: number;
  /** The checker writes the resolved name: of `a.b.c()` it may be `a.b.c`, and then there is no target. */
  name: string;
  target: Expr | undefined;
  readonly args: readonly Expr[];
}

export interface ListExpr {
  readonly kind: 'list';
  readonly id: number;
  readonly elements: readonly Expr[];
  /** Indices of `?element`s. */
  readonly optionals: ReadonlySet<number>;
}

export interface MapEntry {
  readonly id: number;
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface MapExpr {
  readonly kind: 'map';
  readonly id: number;
  readonly entries: readonly MapEntry[];
}

export interface StructField {
  readonly id: number;
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface StructExpr {
  readonly kind: 'struct';
  readonly id: number;
  /** The checker writes the resolved name. */
  typeName: string;
  readonly fields: readonly StructField[];
}

export interface ComprehensionExpr {
  readonly kind: 'comprehension';
  readonly id: number;
  readonly range: Expr;
  readonly iterVar: string;
  readonly iterVar2: string | undefined;
  readonly accuVar: string;
  readonly accuInit: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr =
  | LiteralExpr
  | IdentExpr
  | SelectExpr
  | CallExpr
  | ListExpr
  | MapExpr
  | StructExpr
  | ComprehensionExpr;

/** An expression, and where its parts are. */
export interface Parsed {
  readonly source: string;
  readonly expr: Expr;
  /** By id: in UTF-16 units. */
  readonly places: readonly number[];
}

/** The direct parts of an expression, in the order of the text. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'comprehension':
      return [expr.range, expr.accuInit, expr.condition, expr.step, expr.result];
  }
}

/** `a.b.c` as a name; undefined where it isn't one. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.testOnly) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
