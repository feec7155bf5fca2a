/** Makes expressions, and gives them ids and places. */
import type { ComprehensionExpr, Expr, Literal, MapEntry, StructField } from './expr.ts';

/** Copies of macros' targets would grow an expression without bound. Upstream has no such limit. */
const nodesMax = 200_000;

export class ExpressionLimitError extends Error {
  override readonly name = 'ExpressionLimitError';
}

export class ExprBuilder {
  /** By id. Id 0 is nobody's. */
  readonly places: number[] = [-1];

  /** @throws ExpressionLimitError */
  id(at: number): number {
    if (this.places.length > nodesMax) throw new ExpressionLimitError(`expression node limit exceeded: ${nodesMax}`);
    return this.places.push(at) - 1;
  }

  placeOf(id: number): number {
    return this.places[id] ?? -1;
  }

  literal(at: number, value: Literal): Expr {
    return { kind: 'literal', id: this.id(at), value };
  }

  ident(at: number, name: string): Expr {
    return { kind: 'ident', id: this.id(at), name };
  }

  select(at: number, operand: Expr, field: string, testOnly = false): Expr {
    return { kind: 'select', id: this.id(at), operand, field, testOnly };
  }

  call(at: number, name: string, ...args: readonly Expr[]): Expr {
    return { kind: 'call', id: this.id(at), name, target: undefined, args };
  }

  memberCall(at: number, name: string, target: Expr, ...args: readonly Expr[]): Expr {
    return { kind: 'call', id: this.id(at), name, target, args };
  }

  list(at: number, elements: readonly Expr[], optionals: ReadonlySet<number> = new Set()): Expr {
    return { kind: 'list', id: this.id(at), elements, optionals };
  }

  map(at: number, entries: readonly MapEntry[]): Expr {
    return { kind: 'map', id: this.id(at), entries };
  }

  struct(at: number, typeName: string, fields: readonly StructField[]): Expr {
    return { kind: 'struct', id: this.id(at), typeName, fields };
  }

  comprehension(at: number, parts: Omit<ComprehensionExpr, 'kind' | 'id'>): Expr {
    return { kind: 'comprehension', id: this.id(at), ...parts };
  }

  /** With ids of its own, at the same places. */
  copy(expr: Expr): Expr {
    const id = this.id(this.placeOf(expr.id));
    switch (expr.kind) {
      case 'literal':
      case 'ident':
        return { ...expr, id };
      case 'select':
        return { ...expr, id, operand: this.copy(expr.operand) };
      case 'call': {
        const target = expr.target === undefined ? undefined : this.copy(expr.target);
        return { ...expr, id, target, args: expr.args.map((arg) => this.copy(arg)) };
      }
      case 'list':
        return { ...expr, id, elements: expr.elements.map((element) => this.copy(element)) };
      case 'map': {
        const entries = expr.entries.map((entry) => {
          const entryId = this.id(this.placeOf(entry.id));
          return { ...entry, id: entryId, key: this.copy(entry.key), value: this.copy(entry.value) };
        });
        return { ...expr, id, entries };
      }
      case 'struct': {
        const fields = expr.fields.map((field) => {
          const fieldId = this.id(this.placeOf(field.id));
          return { ...field, id: fieldId, value: this.copy(field.value) };
        });
        return { ...expr, id, fields };
      }
      case 'comprehension':
        return {
          ...expr,
          id,
          range: this.copy(expr.range),
          accuInit: this.copy(expr.accuInit),
          condition: this.copy(expr.condition),
          step: this.copy(expr.step),
          result: this.copy(expr.result),
        };
    }
  }
}
