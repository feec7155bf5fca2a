/**
 * Validates objects by the rules of their schema. What is costly (types, programs) is made when a node is first validated, and kept for
 * as long as the schema is. Mirrors apiextensions-apiserver schema/cel validation.go, with its messages.
 */
import { fieldErrorText, forbidden, required, type FieldError, type Path } from '../../../api/field-error.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../api/json.ts';
import { Correlation } from '../../structural/correlation.ts';
import type { StructuralSchema, ValidationRule } from '../../structural/structural-schema.ts';
import { callCostMax, evaluate, type Program } from '../program.ts';
import type { Bindings } from '../runtime.ts';
import { CelError, CelOptional, type Value } from '../value.ts';
import { hasRules } from './has-rules.ts';
import { keyedItems } from './keyed-items.ts';
import { escapeProperty } from './property-name.ts';
import { compileNodeRules, type CompiledRule } from './rule-compilation.ts';
import { schemaType, withObjectMeta, type SchemaType } from './schema-type.ts';
import { schemaValue } from './schema-value.ts';

/** For all rules on one object. Mirrors celconfig.RuntimeCELCostBudget. */
export const objectCostMax = 10_000_000;
const messageBytesMax = 5 * 1024;

export interface RuleValidation {
  readonly path: Path;
  readonly object: JsonValue;
  /** Of an update: the object as it was. Null or absent: there was none. */
  readonly old?: JsonValue;
  /** Forgives what is wrong with unchanged parts: it is told by `warn`. Of updates only. */
  readonly ratchets?: boolean;
  readonly costMax?: number;
  readonly cancelled?: () => boolean;
  readonly warn?: (text: string) => void;
}

export interface RuleValidationResult {
  readonly errors: readonly FieldError[];
  /** Of the budget; negative: it is spent, and not all rules were asked. */
  readonly costLeft: number;
}

const validators = new WeakMap<StructuralSchema, RuleNode | null>();

/** Validates an object by the rules of the schema of its whole resource. */
export function validateRules(schema: StructuralSchema, validation: RuleValidation): RuleValidationResult {
  const costLeft = validation.costMax ?? objectCostMax;
  let root = validators.get(schema);
  if (root === undefined) {
    root = hasRules(schema)
      ? (ruleNode(
          schema,
          schema,
          true,
          lazily(() => schemaType(schema, true)),
        ) ?? null)
      : null;
    validators.set(schema, root);
  }
  if (root === null) return { errors: [], costLeft };
  const run = new Run(validation, costLeft);
  const old = validation.old ?? null;
  const correlation = validation.ratchets === true ? new Correlation(validation.object, old, schema) : undefined;
  run.validate(root, validation.path, validation.object, old, { current: correlation, parent: undefined });
  return { errors: run.errors, costLeft: run.costLeft };
}

/** One node of a schema that has rules, or something below that has. */
interface RuleNode {
  /** Properties that expressions don't see have no rules. */
  readonly isSeen: () => boolean;
  readonly schema: StructuralSchema;
  /** As values see it. */
  readonly valueSchema: StructuralSchema;
  readonly rules: () => readonly CompiledRule[];
  readonly items: RuleNode | undefined;
  readonly additionalProperties: RuleNode | undefined;
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly allOf: readonly RuleNode[];
}

type LazyType = () => SchemaType | undefined;

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** @param validations where the rules are: the schema itself, or a part of its `allOf` */
function ruleNode(
  validations: StructuralSchema,
  schema: StructuralSchema,
  isRoot: boolean,
  type: LazyType,
): RuleNode | undefined {
  const element = lazily(() => {
    const known = type();
    return known !== undefined && 'element' in known ? known.element : undefined;
  });
  const rules = validations.validations ?? [];
  const items =
    validations.items && schema.items && ruleNode(validations.items, schema.items, isEmbedded(schema.items), element);
  const [ownMap, nodeMap] = [validations.additionalProperties, schema.additionalProperties];
  const additionalProperties =
    typeof ownMap === 'object' && typeof nodeMap === 'object'
      ? ruleNode(ownMap, nodeMap, isEmbedded(nodeMap), element)
      : undefined;
  const properties = propertyNodes(validations, schema, type);
  const allOf = (validations.allOf ?? []).flatMap((part) => ruleNode(part, schema, isRoot, type) ?? []);
  const hasMore = items !== undefined || additionalProperties !== undefined || properties.size > 0 || allOf.length > 0;
  if (rules.length === 0 && !hasMore) return undefined;
  return {
    isSeen: () => type() !== undefined,
    schema,
    valueSchema: isRoot ? withObjectMeta(schema) : schema,
    rules: lazily(() => (rules.length === 0 ? [] : compileNodeRules(schema, type(), rules))),
    items,
    additionalProperties,
    properties,
    allOf,
  };
}

function propertyNodes(
  validations: StructuralSchema,
  schema: StructuralSchema,
  type: LazyType,
): ReadonlyMap<string, RuleNode> {
  const nodes = new Map<string, RuleNode>();
  for (const [name, validation] of validations.properties ?? []) {
    const property = schema.properties?.get(name);
    if (property === undefined) continue;
    const escaped = escapeProperty(name);
    const inner: LazyType = lazily(() => {
      // What expressions have no name for has rules all the same.
      if (escaped === undefined) return schemaType(property, isEmbedded(property));
      const known = type();
      return known?.kind === 'object' ? known.fields.get(escaped) : undefined;
    });
    const node = ruleNode(validation, property, isEmbedded(property), inner);
    if (node !== undefined) nodes.set(name, node);
  }
  return nodes;
}

function isEmbedded(schema: StructuralSchema): boolean {
  return schema.embeddedResource === true;
}

/** Where a value has its counterpart in the old object; or else the nearest value around it that has. */
interface Ratchet {
  readonly current: Correlation | undefined;
  readonly parent: Correlation | undefined;
}

class Run {
  readonly errors: FieldError[] = [];
  costLeft: number;
  readonly #validation: RuleValidation;

  constructor(validation: RuleValidation, costLeft: number) {
    this.#validation = validation;
    this.costLeft = costLeft;
  }

  validate(node: RuleNode, path: Path, value: JsonValue, old: JsonValue, ratchet: Ratchet): void {
    if (value === null) return;
    this.#rules(node, path, value, old, ratchet);
    for (const part of node.allOf) {
      if (this.costLeft < 0) return;
      this.validate(part, path, value, old, { current: undefined, parent: ratchet.parent });
    }
    if (this.costLeft < 0) return;
    if (Array.isArray(value)) this.#items(node, path, value, old, ratchet);
    else if (isJsonObject(value)) this.#members(node, path, value, old, ratchet);
  }

  #items(node: RuleNode, path: Path, value: readonly JsonValue[], old: JsonValue, ratchet: Ratchet): void {
    const { items } = node;
    if (items === undefined) return;
    const oldItems = keyedItems(node.schema, old);
    for (const [index, item] of value.entries()) {
      const inner: Ratchet = ratchet.current
        ? { current: ratchet.current.index(index), parent: ratchet.current }
        : ratchet;
      this.validate(items, path.index(index), item, oldItems?.get(item) ?? null, inner);
      if (this.costLeft < 0) return;
    }
  }

  #members(node: RuleNode, path: Path, value: JsonObject, old: JsonValue, ratchet: Ratchet): void {
    const oldMembers = isJsonObject(old) ? old : {};
    for (const name of Object.keys(value)) {
      const member = value[name] ?? null;
      const oldMember = Object.hasOwn(oldMembers, name) ? (oldMembers[name] ?? null) : null;
      const inner = memberRatchet(ratchet, name);
      if (node.additionalProperties !== undefined) {
        this.validate(node.additionalProperties, path.key(name), member, oldMember, inner);
      }
      if (this.costLeft < 0) return;
      const property = node.properties.get(name);
      if (property?.isSeen() === true) this.validate(property, path.child(name), member, oldMember, inner);
      if (this.costLeft < 0) return;
    }
  }

  #rules(node: RuleNode, path: Path, value: JsonValue, old: JsonValue, ratchet: Ratchet): void {
    const rules = node.rules();
    if (rules.length === 0) return;
    const type = node.schema.type ?? '';
    if (this.costLeft <= 0) {
      this.#stop(path, type, outOfBudget);
      return;
    }
    const self = lazily(() => schemaValue(value, node.valueSchema));
    const oldSelf = lazily(() => (old === null ? undefined : schemaValue(old, node.valueSchema)));
    for (const compiled of rules) {
      if (compiled.error !== undefined) {
        this.errors.push(invalid(path, `rule compile error: ${compiled.error}`, type));
        continue;
      }
      const optional = compiled.rule.optionalOldSelf === true;
      // Rules about transitions wait for one.
      if (compiled.program === undefined || (compiled.usesOldSelf && old === null && !optional)) continue;
      const bindings: Bindings = { get: (name) => variable(name, self, oldSelf, optional) };
      this.#rule(node, compiled, compiled.program, bindings, path, value, ratchet);
      if (this.costLeft < 0) return;
    }
  }

  #rule(
    node: RuleNode,
    compiled: CompiledRule,
    program: Program,
    bindings: Bindings,
    path: Path,
    value: JsonValue,
    ratchet: Ratchet,
  ): void {
    const type = node.schema.type ?? '';
    const { rule } = compiled;
    const outcome = this.#evaluate(program, bindings);
    if (outcome.cost > this.costLeft) {
      this.#stop(path, type, outOfBudget);
      return;
    }
    this.costLeft -= outcome.cost;
    if (outcome.value instanceof CelError) {
      const { message } = outcome.value;
      const shown = ruleText(rule);
      if (outcome.ended) {
        const why = `no further validation rules will be run due to call cost exceeds limit for rule: ${shown}`;
        this.#stop(path, type, `'${message}': ${why}`);
        return;
      }
      const detail = message.startsWith('no such overload')
        ? `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${shown}`
        : `${message} evaluating rule: ${shown}`;
      this.errors.push(invalid(path, detail, type));
      return;
    }
    if (outcome.value === true) return;
    const errorPath = compiled.fieldPath === '' ? path : path.child(compiled.fieldPath);
    const report = (error: FieldError): void => {
      const forgiven = !compiled.usesOldSelf && (ratchet.current ?? ratchet.parent)?.unchanged === true;
      if (forgiven) this.#validation.warn?.(fieldErrorText(error));
      else this.errors.push(error);
    };
    const message = this.#message(compiled, bindings);
    if ('stop' in message) {
      report(invalid(errorPath, message.stop, type));
      this.costLeft = -1;
      return;
    }
    const isContainer = type === 'object' || type === 'array';
    report(ruleError(errorPath, isContainer ? undefined : value, message.text, rule.reason));
  }

  /** What to say of a rule that isn't kept; or why nothing more can be asked. */
  #message(compiled: CompiledRule, bindings: Bindings): { readonly text: string } | { readonly stop: string } {
    const { rule, messageProgram } = compiled;
    const fallback = { text: (rule.message ?? '') === '' ? `failed rule: ${ruleText(rule)}` : ruleText(rule) };
    if (messageProgram === undefined) return fallback;
    const outcome = this.#evaluate(messageProgram, bindings);
    if (outcome.cost > this.costLeft) {
      return {
        stop: 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
      };
    }
    if (outcome.ended) {
      const shown = JSON.stringify(rule.messageExpression);
      return {
        stop: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${shown}`,
      };
    }
    this.costLeft -= outcome.cost;
    const text = typeof outcome.value === 'string' ? outcome.value.trim() : '';
    const isUsable = text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= messageBytesMax;
    return isUsable ? { text } : fallback;
  }

  #evaluate(program: Program, bindings: Bindings): ReturnType<typeof evaluate> {
    const { cancelled } = this.#validation;
    return evaluate(program, { bindings, costMax: callCostMax, ...(cancelled ? { cancelled } : {}) });
  }

  #stop(path: Path, type: string, detail: string): void {
    this.errors.push(invalid(path, detail, type));
    this.costLeft = -1;
  }
}

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

function variable(
  name: string,
  self: () => Value,
  oldSelf: () => Value | undefined,
  optional: boolean,
): Value | undefined {
  if (name === 'self') return self();
  if (name !== 'oldSelf') return undefined;
  return optional ? new CelOptional(oldSelf()) : oldSelf();
}

/** `apiVersion` and `kind` of a resource aren't compared: both objects have been converted to the same. */
function memberRatchet(ratchet: Ratchet, name: string): Ratchet {
  if (ratchet.current === undefined) return ratchet;
  if (ratchet.parent === undefined && (name === 'apiVersion' || name === 'kind')) {
    return { current: undefined, parent: undefined };
  }
  return { current: ratchet.current.key(name), parent: ratchet.current };
}

/** Upstream's path of the whole object is none. */
function fieldOf(path: Path): string {
  return String(path) === '' ? '<nil>' : String(path);
}

function invalid(path: Path, detail: string, value: JsonValue): FieldError {
  return { type: 'FieldValueInvalid', field: fieldOf(path), badValue: value, detail };
}

function ruleText(rule: ValidationRule): string {
  return (rule.message ?? '') === '' ? rule.rule.trim() : (rule.message ?? '').trim();
}

/** @param value undefined: it isn't shown */
function ruleError(
  path: Path,
  value: JsonValue | undefined,
  detail: string,
  reason: ValidationRule['reason'],
): FieldError {
  if (reason === 'FieldValueForbidden') return forbidden(fieldOf(path), detail);
  if (reason === 'FieldValueRequired') return required(fieldOf(path), detail);
  const shown = value === undefined ? {} : { badValue: value };
  if (reason === 'FieldValueDuplicate') return { type: reason, field: fieldOf(path), detail: '', ...shown };
  return { type: 'FieldValueInvalid', field: fieldOf(path), detail, ...shown };
}
