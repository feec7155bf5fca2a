/**
 * What validating a value finds. Its match count decides which branch of `anyOf` and `oneOf` is told about: the one that fits best. Mirrors
 * kube-openapi pkg/validation/validate Result.
 */
import type { JsonValue } from '../../api/json.ts';

/** One error; `message` is upstream's, and what makes two errors the same. */
export type ValueError = { readonly message: string } & (
  | { readonly kind: 'required'; readonly path: string }
  | { readonly kind: 'enum'; readonly path: string; readonly value: JsonValue; readonly values: readonly JsonValue[] }
  | { readonly kind: 'too-long'; readonly path: string; readonly max: number }
  | { readonly kind: 'too-many'; readonly path: string; readonly actual: number; readonly max: number }
  | { readonly kind: 'type'; readonly path: string; readonly value: JsonValue }
  | { readonly kind: 'invalid'; readonly path: string; readonly value: JsonValue }
  /** Of the whole value, as upstream tells it. */
  | { readonly kind: 'general' }
);

/** More of them nobody reads; looking for repeated ones takes quadratic time. */
const errorsMax = 1000;

export class ValidationResult {
  readonly errors: ValueError[] = [];
  matchCount = 0;

  get valid(): boolean {
    return this.errors.length === 0;
  }

  add(...errors: readonly ValueError[]): void {
    for (const error of errors) {
      if (this.errors.length >= errorsMax) return;
      if (!this.errors.some(({ message }) => message === error.message)) this.errors.push(error);
    }
  }

  merge(other: ValidationResult): void {
    this.add(...other.errors);
    this.matchCount += other.matchCount;
  }

  /** Keeps the count only: what did not change may be as wrong as it was. */
  forgive(): ValidationResult {
    const forgiven = new ValidationResult();
    forgiven.matchCount = this.matchCount;
    return forgiven;
  }
}
