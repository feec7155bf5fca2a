/**
 * Types of expressions: finds for each part its type, for each name what it is, and for each call the overloads that may serve it.
 * Mirrors cel-go checker.Checker, with its messages.
 */
import {
  boolType,
  bytesType,
  doubleType,
  dynType,
  errorType,
  intType,
  listType,
  mapType,
  nullType,
  optionalOf,
  optionalType,
  sameType,
  stringType,
  uintType,
  type CelType,
} from './cel-type.ts';
import type { FunctionDeclaration, Overload } from './declaration.ts';
import { candidateNames, declaredType, type Environment } from './environment.ts';
import {
  qualifiedName,
  type CallExpr,
  type ComprehensionExpr,
  type Expr,
  type ListExpr,
  type Literal,
  type MapExpr,
  type Parsed,
  type SelectExpr,
  type StructExpr,
} from './expr.ts';
import type { Issue } from './issues.ts';
import { operators } from './operators.ts';
import { isDynOrError, mostGeneral, Unification } from './unification.ts';
import { CelDouble, CelUint } from './value.ts';

/** What a name means; of constants, types are the only ones. */
export interface Reference {
  readonly name: string;
  readonly type: CelType;
}

export interface Checked extends Parsed {
  /** By id. */
  readonly types: readonly CelType[];
  /** By id: idents, and selects that are names with dots. */
  readonly references: ReadonlyMap<number, Reference>;
  /** By id of calls. */
  readonly overloads: ReadonlyMap<number, readonly Overload[]>;
}

export type CheckResult =
  | { readonly ok: true; readonly checked: Checked }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Writes resolved names into the expression. */
export function check(parsed: Parsed, environment: Environment): CheckResult {
  const checker = new Checker(parsed, environment);
  checker.check(parsed.expr);
  return checker.result();
}

/** Words that are no identifiers are fields all the same, under their escaped names. */
const keywords: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

class Checker {
  readonly #parsed: Parsed;
  readonly #environment: Environment;
  readonly #issues: Issue[] = [];
  readonly #types: CelType[] = [];
  readonly #references = new Map<number, Reference>();
  readonly #overloads = new Map<number, readonly Overload[]>();
  readonly #unification = new Unification();
  /** Variables of loops, the innermost last. */
  readonly #scopes: ReadonlyMap<string, CelType>[] = [];

  constructor(parsed: Parsed, environment: Environment) {
    this.#parsed = parsed;
    this.#environment = environment;
  }

  result(): CheckResult {
    if (this.#issues.length > 0) return { ok: false, issues: this.#issues };
    const types = this.#types.map((type) => this.#unification.substitute(type, true));
    const checked = { ...this.#parsed, types, references: this.#references, overloads: this.#overloads };
    return { ok: true, checked };
  }

  check(expr: Expr): void {
    switch (expr.kind) {
      case 'literal':
        this.#types[expr.id] = literalType(expr.value);
        return;
      case 'ident': {
        const found = this.#lookup(expr.name);
        this.#types[expr.id] = found?.type ?? errorType;
        if (found === undefined) return this.#undeclared(expr.id, expr.name);
        this.#references.set(expr.id, found);
        expr.name = found.name;
        return;
      }
      case 'select':
        return this.#checkSelect(expr);
      case 'call':
        return this.#checkCall(expr);
      case 'list':
        return this.#checkList(expr);
      case 'map':
        return this.#checkMap(expr);
      case 'struct':
        return this.#checkStruct(expr);
      case 'comprehension':
        return this.#checkComprehension(expr);
    }
  }

  #checkSelect(expr: SelectExpr): void {
    const name = qualifiedName(expr);
    const found = name === undefined ? undefined : this.#lookup(name);
    if (found !== undefined) {
      this.#types[expr.id] = found.type;
      this.#references.set(expr.id, found);
      return;
    }
    const type = this.#checkField(expr.id, expr.operand, expr.field, false);
    this.#types[expr.id] = expr.testOnly ? boolType : this.#unification.substitute(type, false);
  }

  #checkField(id: number, operand: Expr, field: string, optional: boolean): CelType {
    this.check(operand);
    const operandType = this.#unification.substitute(this.#typeOf(operand), false);
    const inner = optionalOf(operandType);
    const target = inner ?? operandType;
    const type = this.#fieldOf(id, target, field);
    return inner !== undefined || optional ? optionalType(type) : type;
  }

  #fieldOf(id: number, target: CelType, field: string): CelType {
    if (target.kind === 'map') return target.params[1] ?? dynType;
    if (target.kind === 'struct') return this.#structField(id, target.name, field) ?? errorType;
    if (target.kind === 'param') this.#unification.assignable(dynType, target);
    else if (!isDynOrError(target)) this.#report(id, `type '${target.text}' does not support field selection`);
    return dynType;
  }

  #structField(id: number, typeName: string, field: string): CelType | undefined {
    const fields = this.#environment.fields.get(typeName);
    if (fields === undefined) {
      this.#report(id, `unexpected failed resolution of '${typeName}'`);
      return undefined;
    }
    const type = fields.get(field) ?? (keywords.has(field) ? fields.get(`__${field}__`) : undefined);
    if (type === undefined) this.#report(id, `undefined field '${field}'`);
    return type;
  }

  #checkCall(expr: CallExpr): void {
    if (expr.name === operators.optionalSelect) return this.#checkOptionalSelect(expr);
    for (const arg of expr.args) this.check(arg);
    const { target } = expr;
    if (target === undefined) {
      const found = this.#function(expr.name);
      if (found === undefined) return this.#undeclaredCall(expr);
      expr.name = found.name;
      return this.#resolve(expr, found);
    }
    const prefix = qualifiedName(target);
    const namespaced = prefix === undefined ? undefined : this.#function(`${prefix}.${expr.name}`);
    if (namespaced !== undefined) {
      expr.name = namespaced.name;
      expr.target = undefined;
      return this.#resolve(expr, namespaced);
    }
    this.check(target);
    const found = this.#function(expr.name);
    return found === undefined ? this.#undeclaredCall(expr) : this.#resolve(expr, found);
  }

  #undeclaredCall(expr: CallExpr): void {
    this.#types[expr.id] = errorType;
    this.#undeclared(expr.id, expr.name);
  }

  #checkOptionalSelect(expr: CallExpr): void {
    const [operand, field] = expr.args;
    if (operand === undefined || field?.kind !== 'literal' || typeof field.value !== 'string') {
      return this.#report(expr.id, 'unsupported optional field selection');
    }
    this.#types[field.id] = stringType;
    const type = this.#checkField(expr.id, operand, field.value, true);
    this.#types[expr.id] = this.#unification.substitute(type, false);
    this.#overloads.set(expr.id, this.#function(operators.optionalSelect)?.overloads ?? []);
  }

  #resolve(expr: CallExpr, declared: FunctionDeclaration): void {
    const parts = expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    const given = parts.map((part) => this.#typeOf(part));
    if (expr.name === operators.and || expr.name === operators.or) return this.#resolveLogical(expr, declared, given);
    let result: CelType | undefined;
    const matching: Overload[] = [];
    for (const overload of declared.overloads) {
      if (overload.member !== (expr.target !== undefined)) continue;
      const [type = dynType, ...wanted] = this.#unification.instantiate([overload.result, ...overload.args]);
      if (!this.#unification.allAssignable(given, wanted)) continue;
      matching.push(overload);
      const found = this.#unification.substitute(type, false);
      if (result === undefined) result = found;
      else if (result.kind !== 'dyn' && !sameType(found, result)) result = dynType;
    }
    this.#types[expr.id] = result ?? errorType;
    if (result !== undefined) {
      this.#overloads.set(expr.id, matching);
      return;
    }
    const texts = given.map((type) => this.#unification.substitute(type, true).text);
    const target = expr.target === undefined ? '' : `${texts.shift() ?? ''}.`;
    this.#report(
      expr.id,
      `found no matching overload for '${declared.name}' applied to '${target}(${texts.join(', ')})'`,
    );
  }

  #resolveLogical(expr: CallExpr, declared: FunctionDeclaration, given: readonly CelType[]): void {
    let fits = true;
    for (const [index, type] of given.entries()) {
      if (this.#unification.assignable(type, boolType)) continue;
      fits = false;
      this.#mismatch(expr.args[index]?.id ?? expr.id, boolType, type);
    }
    this.#types[expr.id] = fits ? boolType : errorType;
    if (fits) this.#overloads.set(expr.id, declared.overloads);
  }

  #checkList(expr: ListExpr): void {
    let elementType: CelType | undefined;
    for (const [index, element] of expr.elements.entries()) {
      this.check(element);
      const type = expr.optionals.has(index) ? this.#unwrapped(element) : this.#typeOf(element);
      elementType = this.#joined(elementType, type);
    }
    this.#types[expr.id] = listType(elementType ?? this.#unification.newVariable());
  }

  #checkMap(expr: MapExpr): void {
    let keyType: CelType | undefined;
    let valueType: CelType | undefined;
    for (const { key, value, optional } of expr.entries) {
      this.check(key);
      keyType = this.#joined(keyType, this.#typeOf(key));
      this.check(value);
      valueType = this.#joined(valueType, optional ? this.#unwrapped(value) : this.#typeOf(value));
    }
    const { newVariable } = this.#unification;
    const fresh = (): CelType => newVariable.call(this.#unification);
    this.#types[expr.id] = mapType(keyType ?? fresh(), valueType ?? fresh());
  }

  #checkStruct(expr: StructExpr): void {
    const found = this.#lookup(expr.typeName);
    this.#types[expr.id] = errorType;
    if (found === undefined) return this.#undeclared(expr.id, expr.typeName);
    const type = found.type.kind === 'type' ? found.type.params[0] : undefined;
    if (type === undefined) return this.#report(expr.id, `'${found.type.text}' is not a type`);
    if (type.kind !== 'struct') return this.#report(expr.id, `'${type.text}' is not a message type`);
    expr.typeName = found.name;
    this.#types[expr.id] = type;
    for (const { id, name, value, optional } of expr.fields) {
      this.check(value);
      const fieldType = this.#structField(id, type.name, name) ?? errorType;
      const given = optional ? this.#unwrapped(value) : this.#typeOf(value);
      if (this.#unification.assignable(fieldType, given)) continue;
      this.#report(id, `expected type of field '${name}' is '${fieldType.text}' but provided type is '${given.text}'`);
    }
  }

  #checkComprehension(expr: ComprehensionExpr): void {
    this.check(expr.range);
    this.check(expr.accuInit);
    const range = this.#unification.substitute(this.#typeOf(expr.range), false);
    const accuType = this.#typeOf(expr.accuInit);
    const [first, second] = this.#elementTypes(expr, range);
    this.#scopes.push(new Map([[expr.accuVar, accuType]]));
    const variables = new Map([[expr.iterVar, first]]);
    if (expr.iterVar2 !== undefined) variables.set(expr.iterVar2, second);
    this.#scopes.push(variables);
    this.check(expr.condition);
    this.#require(expr.condition, boolType);
    this.check(expr.step);
    this.#require(expr.step, accuType);
    this.#scopes.pop();
    this.check(expr.result);
    this.#scopes.pop();
    this.#types[expr.id] = this.#unification.substitute(this.#typeOf(expr.result), false);
  }

  /** Of what the variables of the loop run through. */
  #elementTypes(expr: ComprehensionExpr, range: CelType): readonly [CelType, CelType] {
    const [first = dynType, second = dynType] = range.params;
    if (range.kind === 'list') return expr.iterVar2 === undefined ? [first, dynType] : [intType, first];
    if (range.kind === 'map') return [first, second];
    if (range.kind === 'param' || isDynOrError(range)) {
      this.#unification.assignable(dynType, range);
      return [dynType, dynType];
    }
    this.#report(
      expr.range.id,
      `expression of type '${range.text}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
    return [errorType, errorType];
  }

  #unwrapped(expr: Expr): CelType {
    const type = this.#typeOf(expr);
    const inner = optionalOf(type);
    if (inner !== undefined) return inner;
    if (type.kind !== 'dyn') this.#mismatch(expr.id, optionalType(type), type);
    return type;
  }

  /** Lists and maps of mixed types are of `dyn`; {@link checkLiterals} may refuse them. */
  #joined(before: CelType | undefined, type: CelType): CelType {
    if (before === undefined) return type;
    return this.#unification.assignable(before, type) ? mostGeneral(before, type) : dynType;
  }

  #require(expr: Expr, type: CelType): void {
    if (!this.#unification.assignable(type, this.#typeOf(expr))) this.#mismatch(expr.id, type, this.#typeOf(expr));
  }

  #typeOf(expr: Expr): CelType {
    return this.#types[expr.id] ?? errorType;
  }

  #lookup(name: string): Reference | undefined {
    for (const candidate of candidateNames(this.#environment.container, name)) {
      for (let index = this.#scopes.length - 1; index >= 0; index--) {
        const local = this.#scopes[index]?.get(candidate);
        if (local !== undefined) return { name: candidate, type: local };
      }
      const type = declaredType(this.#environment, candidate);
      if (type !== undefined) return { name: candidate, type };
    }
    return undefined;
  }

  #function(name: string): FunctionDeclaration | undefined {
    for (const candidate of candidateNames(this.#environment.container, name)) {
      const found = this.#environment.functions.get(candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #undeclared(id: number, name: string): void {
    this.#report(id, `undeclared reference to '${name}' (in container '${this.#environment.container}')`);
  }

  #mismatch(id: number, expected: CelType, actual: CelType): void {
    this.#report(id, `expected type '${expected.text}' but found '${actual.text}'`);
  }

  #report(id: number, message: string): void {
    this.#issues.push({ at: this.#parsed.places[id] ?? -1, message });
  }
}

function literalType(value: Literal): CelType {
  if (value === null) return nullType;
  if (typeof value === 'boolean') return boolType;
  if (typeof value === 'string') return stringType;
  if (value instanceof CelDouble) return doubleType;
  if (value instanceof CelUint) return uintType;
  return value instanceof Uint8Array ? bytesType : intType;
}
