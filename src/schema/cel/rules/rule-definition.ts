/**
 * What is wrong with the rules of a CRD's schema: those that don't compile, those that may cost too much, alone or together, and
 * transition rules where old and new can't be told to be the same. Mirrors apiextensions-apiserver apis/apiextensions/validation
 * (validation.go and cel_validation.go), but for what it says about the schema itself.
 */
import {
  forbidden,
  internal,
  invalid,
  notSupported,
  required,
  type FieldError,
  type Path,
} from '../../../api/field-error.ts';
import type { JsonObject } from '../../../api/json.ts';
import type { StructuralSchema, ValidationRule } from '../../structural/structural-schema.ts';
import { unboundedCost } from '../cost-range.ts';
import { findFieldPath } from '../../structural/field-path.ts';
import { escapeProperty } from './property-name.ts';
import { compileNodeRules, type CompiledRule } from './rule-compilation.ts';
import { schemaType, type SchemaType } from './schema-type.ts';

const ruleCostMax = 10_000_000;
const definitionCostMax = 100_000_000;
/** Of the whole definition's costs, the dearest rules are named. */
const dearestShownMax = 4;
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** One node of the schema, on the way down. */
interface Place {
  readonly path: Path;
  /** Known once rules are at the node or above it. */
  readonly type: SchemaType | undefined;
  /** How often there can be one; undefined: without bound. */
  readonly cardinality: number | undefined;
  /** The outermost node around, below which old and new aren't told to be the same. */
  readonly uncorrelatable: Path | undefined;
  readonly isRoot: boolean;
}

/**
 * What can be said of rules without compiling them; to be asked of each node. Upstream counts these among the errors of the schema.
 * @param path of the node
 */
export function ruleTextErrors(schema: StructuralSchema, path: Path): readonly FieldError[] {
  return (schema.validations ?? []).flatMap((rule, index) =>
    textErrors(schema, rule, path.child('x-kubernetes-validations').index(index)),
  );
}

/**
 * What is wrong with the rules of all nodes, once nothing is wrong with the schema: the types of expressions come from it.
 * @param path of the schema: `spec.versions[0].schema.openAPIV3Schema`
 */
export function ruleErrors(schema: StructuralSchema, path: Path): readonly FieldError[] {
  const definition = new Definition();
  const isRoot = true;
  definition.check(schema, { path, type: undefined, cardinality: 1, uncorrelatable: undefined, isRoot });
  return [...definition.errors, ...definition.totalErrors(path)];
}

class Definition {
  readonly errors: FieldError[] = [];
  #total = 0;
  #dearest: { readonly path: Path; readonly cost: number }[] = [];

  check(schema: StructuralSchema, place: Place): void {
    const rules = schema.validations ?? [];
    // Types are only worth knowing from the first rules on.
    const type =
      place.type ??
      (rules.length > 0 ? schemaType(schema, place.isRoot || schema.embeddedResource === true) : undefined);
    const inner = (path: Path, correlated: boolean, innerType: SchemaType | undefined): Place => ({
      path,
      type: innerType,
      cardinality: multiplied(place.cardinality, elementsMax(schema)),
      uncorrelatable: place.uncorrelatable ?? (correlated ? undefined : place.path),
      isRoot: false,
    });
    const element = type !== undefined && 'element' in type ? type.element : undefined;
    if (typeof schema.additionalProperties === 'object') {
      this.check(schema.additionalProperties, inner(place.path.child('additionalProperties'), true, element));
    }
    for (const [name, property] of schema.properties ?? []) {
      const escaped = escapeProperty(name);
      const field = type?.kind === 'object' && escaped !== undefined ? type.fields.get(escaped) : undefined;
      this.check(property, inner(place.path.child('properties').key(name), true, field));
    }
    if (schema.items !== undefined) {
      this.check(schema.items, inner(place.path.child('items'), schema.listType === 'map', element));
    }
    if (rules.length > 0) this.#checkRules(schema, rules, { ...place, type });
  }

  totalErrors(path: Path): readonly FieldError[] {
    if (this.#total <= definitionCostMax) return [];
    const detail = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...this.#dearest.map((rule) => forbidden(rule.path, detail)),
      forbidden(path, costText(name, this.#total, definitionCostMax)),
    ];
  }

  #checkRules(schema: StructuralSchema, rules: readonly ValidationRule[], place: Place): void {
    const path = place.path.child('x-kubernetes-validations');
    if (place.type === undefined) {
      const why = 'unable to convert structural schema to CEL declarations';
      const detail = `internal error: failed to construct type information for x-kubernetes-validations rules: ${why}`;
      this.errors.push(internal(path, detail));
      return;
    }
    for (const [index, compiled] of compileNodeRules(schema, place.type, rules).entries()) {
      this.#checkRule(compiled, path.index(index), place);
    }
  }

  #checkRule(compiled: CompiledRule, path: Path, place: Place): void {
    const { rule } = compiled;
    const cost = multiplied(place.cardinality ?? compiled.cardinalityMax, compiled.costMax) ?? 0;
    this.#observe(path.child('rule'), 'estimated rule cost', cost);
    if (compiled.error !== undefined) {
      this.errors.push(invalid(path.child('rule'), shownRule(rule), compiled.error));
    }
    if (compiled.messageError !== undefined) {
      this.errors.push(invalid(path.child('messageExpression'), shownRule(rule), compiled.messageError));
    } else if (compiled.messageProgram !== undefined) {
      const where = path.child('messageExpression');
      this.#observe(where, 'estimated messageExpression cost', compiled.messageCostMax);
    }
    if (compiled.usesOldSelf) {
      if (place.uncorrelatable === undefined) return;
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`;
      this.errors.push(invalid(path.child('rule'), rule.rule, detail));
    } else if (rule.optionalOldSelf !== undefined) {
      const detail = 'may not be set if oldSelf is not used in rule';
      this.errors.push(invalid(path.child('optionalOldSelf'), rule.optionalOldSelf, detail));
    }
  }

  #observe(path: Path, name: string, cost: number): void {
    if (cost > ruleCostMax) this.errors.push(forbidden(path, costText(name, cost, ruleCostMax)));
    this.#total = Math.min(this.#total + cost, unboundedCost);
    if (cost < definitionCostMax / 100) return;
    this.#dearest.push({ path, cost });
    this.#dearest.sort((left, right) => right.cost - left.cost);
    this.#dearest.length = Math.min(this.#dearest.length, dearestShownMax);
  }
}

function textErrors(schema: StructuralSchema, rule: ValidationRule, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const { message = '', messageExpression = '', fieldPath = '' } = rule;
  const trimmed = { rule: rule.rule.trim(), message: message.trim() };
  if (trimmed.rule === '') errors.push(required(path.child('rule'), 'rule is not specified'));
  else if (message !== '' && trimmed.message === '') {
    errors.push(invalid(path.child('message'), message, 'must be non-empty if specified'));
  } else if (hasLineBreak(trimmed.message)) {
    errors.push(invalid(path.child('message'), message, 'must not contain line breaks'));
  } else if (hasLineBreak(trimmed.rule) && trimmed.message === '') {
    errors.push(required(path.child('message'), 'message must be specified if rule contains line breaks'));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(required(path.child('messageExpression'), 'messageExpression must be non-empty if specified'));
  }
  // Decoded to its type, it may be any text.
  const reason: string | undefined = rule.reason;
  if (reason !== undefined && !reasons.includes(reason)) {
    errors.push(notSupported(path.child('reason'), reason, reasons));
  }
  const where = path.child('fieldPath');
  if (fieldPath === '') return errors;
  if (fieldPath.trim() === '') errors.push(invalid(where, fieldPath, 'must be non-empty if specified'));
  if (hasLineBreak(fieldPath)) errors.push(invalid(where, fieldPath, 'must not contain line breaks'));
  if (!findFieldPath(fieldPath, schema).ok) errors.push(invalid(where, fieldPath, 'must be a valid path'));
  return errors;
}

function hasLineBreak(text: string): boolean {
  return /[\n\r]/.test(text);
}

/** How many elements a node can have: undefined is without bound. */
function elementsMax(schema: StructuralSchema): number | undefined {
  if (schema.type === 'object' && schema.additionalProperties !== undefined) {
    return schema.maxProperties === undefined ? undefined : Math.max(0, schema.maxProperties);
  }
  if (schema.type === 'array') return schema.maxItems === undefined ? undefined : Math.max(0, schema.maxItems);
  return 1;
}

function multiplied(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : Math.min(left * right, unboundedCost);
}

function costText(name: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100' : factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1);
  return `${name} exceeds budget by factor of ${shown}x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** As upstream's internal type is written in JSON. */
function shownRule(rule: ValidationRule): JsonObject {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}
