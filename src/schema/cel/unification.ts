/**
 * Which types fit which, and what type parameters stand for. Mirrors cel-go checker/types.go and mapping.go; where that copies its
 * mapping before each try, this takes back what a failed try has added.
 */
import { CelType, dynType, listType, mapType, nullType, sameType, typeOfType } from './cel-type.ts';

export class Unification {
  /** By the text of the type that is replaced. */
  readonly #replaced = new Map<string, CelType>();
  readonly #trail: { readonly text: string; readonly before: CelType | undefined }[] = [];
  #variables = 0;

  newVariable(): CelType {
    return new CelType('param', `_var${this.#variables++}`);
  }

  /** Whether `right` fits `left`; if not, nothing has changed. */
  assignable(left: CelType, right: CelType): boolean {
    return this.allAssignable([left], [right]);
  }

  allAssignable(left: readonly CelType[], right: readonly CelType[]): boolean {
    const mark = this.#trail.length;
    if (this.#allFit(left, right)) {
      this.#trail.length = mark;
      return true;
    }
    while (this.#trail.length > mark) {
      const { text = '', before } = this.#trail.pop() ?? {};
      if (before === undefined) this.#replaced.delete(text);
      else this.#replaced.set(text, before);
    }
    return false;
  }

  /** With all known parameters replaced; unknown ones become `dyn` if asked for. */
  substitute(type: CelType, unknownToDyn: boolean): CelType {
    if (!type.hasParams) return type;
    const replaced = this.#replaced.get(type.text);
    if (replaced !== undefined) return this.substitute(replaced, unknownToDyn);
    if (type.kind === 'param') return unknownToDyn ? dynType : type;
    const params = type.params.map((param) => this.substitute(param, unknownToDyn));
    return withParams(type, params);
  }

  /** The same type, with parameters of its own in place of the given ones. */
  instantiate(types: readonly CelType[]): CelType[] {
    if (!types.some(({ hasParams }) => hasParams)) return [...types];
    const fresh = new Map<string, CelType>();
    const renew = (type: CelType): CelType => {
      if (!type.hasParams) return type;
      if (type.kind !== 'param') return withParams(type, type.params.map(renew));
      const known = fresh.get(type.name) ?? this.newVariable();
      fresh.set(type.name, known);
      return known;
    };
    return types.map(renew);
  }

  #fits(left: CelType, right: CelType): boolean {
    if (right.kind === 'param') {
      const { valid, known } = this.#replaces(left, right);
      if (valid) return true;
      if (known) return false;
    }
    if (left.kind === 'param') return this.#replaces(right, left).valid;
    if (isDynOrError(left) || isDynOrError(right)) return true;
    if (left.kind === 'null') return isNullable(right);
    if (right.kind === 'null') return isNullable(left);
    if (left.kind === 'type' || right.kind === 'type') return left.kind === right.kind;
    return left.kind === right.kind && left.name === right.name && this.#allFit(left.params, right.params);
  }

  #allFit(left: readonly CelType[], right: readonly CelType[]): boolean {
    return left.length === right.length && left.every((type, index) => this.#fits(type, right[index] ?? nullType));
  }

  /** Whether the parameter may stand for the type; from then on it does. */
  #replaces(type: CelType, param: CelType): { readonly valid: boolean; readonly known: boolean } {
    if (sameType(type, param)) return { valid: true, known: true };
    const before = this.#replaced.get(param.text);
    if (before === undefined) {
      if (!this.#isFree(param, type)) return { valid: false, known: false };
      this.#replace(param, type);
      return { valid: true, known: false };
    }
    if (sameType(type, before)) return { valid: true, known: true };
    if (!this.#fits(type, before)) return { valid: false, known: true };
    const general = mostGeneral(type, before);
    if (this.#isFree(param, general)) this.#replace(param, general);
    return { valid: true, known: true };
  }

  #replace(param: CelType, type: CelType): void {
    this.#trail.push({ text: param.text, before: this.#replaced.get(param.text) });
    this.#replaced.set(param.text, type);
  }

  /** The parameter doesn't appear in what it would stand for. */
  #isFree(param: CelType, within: CelType): boolean {
    if (sameType(param, within)) return false;
    if (!within.hasParams) return true;
    if (within.kind === 'param') {
      const replaced = this.#replaced.get(within.text);
      return replaced === undefined || this.#isFree(param, replaced);
    }
    return within.params.every((inner) => this.#isFree(param, inner));
  }
}

/** Of two types that fit each other. */
export function mostGeneral(left: CelType, right: CelType): CelType {
  return isLessSpecific(left, right) ? left : right;
}

export function isDynOrError(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'error';
}

function isLessSpecific(left: CelType, right: CelType): boolean {
  if (left.kind === 'dyn' || left.kind === 'param') return true;
  if (right.kind === 'dyn' || right.kind === 'param' || left.kind !== right.kind) return false;
  if (left.kind === 'type') return true;
  if (left.kind === 'list' || left.kind === 'map' || left.kind === 'opaque') {
    return (
      left.name === right.name &&
      left.params.length === right.params.length &&
      left.params.every((param, index) => isLessSpecific(param, right.params[index] ?? nullType))
    );
  }
  return sameType(left, right);
}

function isNullable({ kind }: CelType): boolean {
  return kind === 'opaque' || kind === 'struct' || kind === 'duration' || kind === 'timestamp' || kind === 'null';
}

function withParams(type: CelType, params: readonly CelType[]): CelType {
  const [first = dynType, second = dynType] = params;
  if (type.kind === 'list') return listType(first);
  if (type.kind === 'map') return mapType(first, second);
  return type.kind === 'type' ? typeOfType(first) : new CelType(type.kind, type.name, params);
}
