/** Mirrors ValidateMutatingAdmissionPolicy, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { listType, type CelType } from '../../../../schema/cel/cel-type.ts';
import { ExpressionCompiler } from '../../../../schema/cel/admission/expression-compiler.ts';
import { jsonPatchType, objectType } from '../../../../schema/cel/admission/object-types.ts';
import { requiredOneOf } from '../checks.ts';
import { viewAs } from '../view.ts';
import { validateExpression, validateVariable } from './expression-validation.ts';
import { validateMutatedOperations, validatePolicySpec } from './policy-validation.ts';
import type { Mutation, MutatingPolicySpec, Registered } from './registration.ts';
import { reinvocationPolicies } from './webhook-validation.ts';

const specPath = field.path('spec');
const rulesPath = specPath.child('matchConstraints', 'resourceRules', 'operations');

/** Where each type of patch has its expression, and what that gives. */
const patches: readonly {
  readonly type: string;
  readonly name: 'applyConfiguration' | 'jsonPatch';
  readonly result: CelType;
}[] = [
  { type: 'ApplyConfiguration', name: 'applyConfiguration', result: objectType },
  { type: 'JSONPatch', name: 'jsonPatch', result: listType(jsonPatchType) },
];

/** `old`: what the object was before an update. */
export function validateMutatingPolicy(object: Readonly<KubeObject>, old?: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<Registered<MutatingPolicySpec>>(object);
  const before = old && viewAs<Registered<MutatingPolicySpec>>(old).spec;
  const { variables = [], mutations = [], reinvocationPolicy, matchConstraints } = spec;
  const compiler = new ExpressionCompiler(true);
  const params = spec.paramKind !== undefined;
  const mutationsPath = specPath.child('mutations');
  const [first, ...conditions] = splitConditions(validatePolicySpec(spec, before));
  return [
    ...(first ?? []),
    ...validateMutatedOperations(matchConstraints, rulesPath),
    ...conditions.flat(),
    ...variables.flatMap((variable, index) =>
      validateVariable(compiler, variable, { params, authorizer: true }, specPath.child('variables').index(index)),
    ),
    ...(mutations.length === 0 ? [field.required(mutationsPath, 'mutations must contain at least one item')] : []),
    ...mutations.flatMap((mutation, index) => validateMutation(compiler, mutation, params, mutationsPath.index(index))),
    ...requiredOneOf(reinvocationPolicy, specPath.child('reinvocationPolicy'), reinvocationPolicies),
  ];
}

/** What is wrong with match conditions comes after what is wrong with operations. */
function splitConditions(errors: readonly FieldError[]): readonly [readonly FieldError[], readonly FieldError[]] {
  const at = errors.findIndex((error) => error.field.startsWith('spec.matchConditions'));
  return at < 0 ? [errors, []] : [errors.slice(0, at), errors.slice(at)];
}

function validateMutation(compiler: ExpressionCompiler, mutation: Mutation, params: boolean, path: Path): FieldError[] {
  const { patchType } = mutation;
  const typePath = path.child('patchType');
  const wanted = patches.find(({ type }) => type === patchType);
  const other = patches.find(({ type }) => type !== patchType);
  if (!wanted || !other) {
    return requiredOneOf(
      patchType,
      typePath,
      patches.map(({ type }) => type),
    );
  }
  const { name, type, result } = wanted;
  const errors: FieldError[] = [];
  const given = mutation[name];
  const where = path.child(name);
  if (given === undefined) errors.push(field.required(where, `must be specified when patchType is ${type}`));
  else {
    const expression = (given.expression ?? '').trim();
    const seen = { params, authorizer: true, patchTypes: true };
    if (expression === '') errors.push(field.required(where.child('expression'), ''));
    else errors.push(...validateExpression(compiler, expression, seen, [result], where.child('expression')));
  }
  if (mutation[other.name] !== undefined) {
    const text = `must not be specified when patchType is ${type}`;
    errors.push(field.invalid(path.child(other.name), `{${other.name}}`, text));
  }
  return errors;
}
