/** A policy's expressions, compiled when the policy first concerns a write, and kept for as long as it doesn't change. */
import { boolType, listType, nullType, stringType, type CelType } from '../../../schema/cel/cel-type.ts';
import {
  ExpressionCompiler,
  type CompiledExpression,
  type Seen,
} from '../../../schema/cel/admission/expression-compiler.ts';
import { jsonPatchType, objectType } from '../../../schema/cel/admission/object-types.ts';
import type {
  MutatingPolicySpec,
  PolicySpec,
  ValidatingPolicySpec,
  Validation,
} from '../../registry/resources/admissionregistration/registration.ts';
import type { Policy } from './policy-source.ts';

export interface CompiledPolicy {
  readonly variables: ReadonlyMap<string, CompiledExpression>;
  readonly matchConditions: readonly CompiledExpression[];
}

export interface CompiledValidatingPolicy extends CompiledPolicy {
  readonly validations: readonly {
    readonly validation: Validation;
    readonly expression: CompiledExpression;
    /** Absent: the policy has none there. */
    readonly message?: CompiledExpression;
  }[];
  readonly auditAnnotations: readonly CompiledExpression[];
}

export interface CompiledMutation {
  readonly patchType: 'ApplyConfiguration' | 'JSONPatch';
  readonly expression: CompiledExpression;
}

export interface CompiledMutatingPolicy extends CompiledPolicy {
  readonly mutations: readonly CompiledMutation[];
}

const validating = new WeakMap<Policy<ValidatingPolicySpec>, CompiledValidatingPolicy>();
const mutating = new WeakMap<Policy<MutatingPolicySpec>, CompiledMutatingPolicy>();

export function compiledValidatingPolicy(policy: Policy<ValidatingPolicySpec>): CompiledValidatingPolicy {
  const known = validating.get(policy);
  if (known !== undefined) return known;
  const { spec } = policy;
  const { seen, compiler, matchConditions } = compileCommon(spec);
  const compiled: CompiledValidatingPolicy = {
    variables: compiler.variables,
    matchConditions,
    validations: (spec.validations ?? []).map((validation) => {
      const { expression = '', messageExpression = '' } = validation;
      const message =
        messageExpression === ''
          ? undefined
          : compiler.compile(messageExpression, { ...seen, authorizer: false }, [stringType]);
      return {
        validation,
        expression: compiler.compile(expression, seen, [boolType]),
        ...(message === undefined ? {} : { message }),
      };
    }),
    auditAnnotations: (spec.auditAnnotations ?? []).map(({ valueExpression = '' }) =>
      compiler.compile(valueExpression, seen, [stringType, nullType]),
    ),
  };
  validating.set(policy, compiled);
  return compiled;
}

export function compiledMutatingPolicy(policy: Policy<MutatingPolicySpec>): CompiledMutatingPolicy {
  const known = mutating.get(policy);
  if (known !== undefined) return known;
  const { seen, compiler, matchConditions } = compileCommon(policy.spec);
  const patch = (
    patchType: CompiledMutation['patchType'],
    { expression = '' }: { readonly expression?: string },
    wanted: CelType,
  ): CompiledMutation => ({
    patchType,
    expression: compiler.compile(expression, { ...seen, patchTypes: true }, [wanted]),
  });
  const mutations = (policy.spec.mutations ?? []).flatMap(({ patchType, jsonPatch, applyConfiguration }) => {
    if (patchType === 'JSONPatch' && jsonPatch) return [patch(patchType, jsonPatch, listType(jsonPatchType))];
    if (patchType === 'ApplyConfiguration' && applyConfiguration)
      return [patch(patchType, applyConfiguration, objectType)];
    return [];
  });
  const compiled = { variables: compiler.variables, matchConditions, mutations };
  mutating.set(policy, compiled);
  return compiled;
}

function compileCommon({ paramKind, variables = [], matchConditions = [] }: PolicySpec) {
  const compiler = new ExpressionCompiler(true);
  const seen: Seen = { params: paramKind !== undefined, authorizer: true };
  for (const { name = '', expression = '' } of variables) compiler.addVariable(name, expression, seen);
  return {
    seen,
    compiler,
    matchConditions: matchConditions.map(({ expression = '' }) => compiler.compile(expression, seen, [boolType])),
  };
}
