/**
 * The rules of one node of a schema, compiled: programs, and what they may cost. Mirrors apiextensions-apiserver schema/cel
 * compilation.go.
 */
import type { StructuralSchema, ValidationRule } from '../../structural/structural-schema.ts';
import { boolType, optionalType, stringType, type CelType } from '../cel-type.ts';
import { createEnvironment, kubernetesLibraries, type Environment } from '../environment.ts';
import { estimateCost } from '../estimate.ts';
import { compile, type Program } from '../program.ts';
import { findFieldPath } from '../../structural/field-path.ts';
import { cardinalityMax, celTypeOf, sizeEstimator, type SchemaType } from './schema-type.ts';

export interface CompiledRule {
  readonly rule: ValidationRule;
  /** Absent: the rule is empty, or `error` says why. */
  readonly program?: Program;
  readonly error?: string;
  readonly usesOldSelf: boolean;
  /** Of one evaluation, as estimated. */
  readonly costMax: number;
  /** How often the rule may be evaluated, where nothing bounds the lists and maps around it. */
  readonly cardinalityMax: number;
  readonly messageProgram?: Program;
  readonly messageError?: string;
  readonly messageCostMax: number;
  /** Below the node, as errors write it; empty: the node itself. */
  readonly fieldPath: string;
}

/** Of objects that have no name; upstream's differs each time. */
const selfTypeName = 'selfType';

/** @param type of the node; undefined: what is there isn't seen by expressions, and then each rule is an error. */
export function compileNodeRules(
  schema: StructuralSchema,
  type: SchemaType | undefined,
  rules: readonly ValidationRule[],
): readonly CompiledRule[] {
  if (type === undefined) {
    const error = 'failed to convert to declType for CEL validation rules';
    return rules.map((rule) => ({ ...uncompiled(rule), error }));
  }
  const fields = new Map<string, ReadonlyMap<string, CelType>>();
  const self = celTypeOf(type, selfTypeName, fields);
  const environmentFor = (old: CelType): Environment =>
    createEnvironment({
      libraries: kubernetesLibraries,
      fields,
      variables: new Map([
        ['self', self],
        ['oldSelf', old],
      ]),
    });
  let plain: Environment | undefined;
  let optional: Environment | undefined;
  return rules.map((rule) => {
    const environment =
      rule.optionalOldSelf === true
        ? (optional ??= environmentFor(optionalType(self)))
        : (plain ??= environmentFor(self));
    return compileRule(schema, type, rule, environment);
  });
}

function compileRule(
  schema: StructuralSchema,
  type: SchemaType,
  rule: ValidationRule,
  environment: Environment,
): CompiledRule {
  const empty = uncompiled(rule);
  if (rule.rule.trim() === '') return empty;
  const compiled = compile(rule.rule, environment);
  if (!compiled.ok) {
    const head = compiled.stage === 'check' ? 'compilation failed' : 'program instantiation failed';
    return { ...empty, error: `${head}: ${compiled.text}` };
  }
  const { program } = compiled;
  if (program.type !== boolType) return { ...empty, error: 'cel expression must evaluate to a bool' };
  const sizeAt = sizeEstimator(type);
  const done = {
    ...empty,
    program,
    usesOldSelf: usesOldSelf(program),
    costMax: estimateCost(program.checked, sizeAt).max,
    cardinalityMax: cardinalityMax(type),
  };
  const found = rule.fieldPath === undefined ? undefined : findFieldPath(rule.fieldPath, schema);
  const fieldPath = found?.ok === true ? String(found.path) : '';
  const { messageExpression = '' } = rule;
  if (messageExpression === '') return { ...done, fieldPath };
  const message = compile(messageExpression, environment);
  if (!message.ok) {
    const head =
      message.stage === 'check' ? 'messageExpression compilation failed' : 'messageExpression instantiation failed';
    return { ...done, messageError: `${head}: ${message.text}` };
  }
  if (message.program.type !== stringType) {
    return { ...done, messageError: 'messageExpression must evaluate to a string' };
  }
  const messageCostMax = estimateCost(message.program.checked, sizeAt).max;
  return { ...done, messageProgram: message.program, messageCostMax, fieldPath };
}

function uncompiled(rule: ValidationRule): CompiledRule {
  return { rule, usesOldSelf: false, costMax: 0, cardinalityMax: 0, messageCostMax: 0, fieldPath: '' };
}

/** A loop's variable of that name counts, too. */
function usesOldSelf({ checked }: Program): boolean {
  return [...checked.references.values()].some(({ name }) => name === 'oldSelf');
}
