/** What both kinds of policies have, and what validating ones have. Mirrors validateValidatingAdmissionPolicySpec, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { equalJson, type JsonValue } from '../../../../api/json.ts';
import { dns1035Label, dns1123Subdomain } from '../../../../api/names.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { boolType, nullType, stringType } from '../../../../schema/cel/cel-type.ts';
import { ExpressionCompiler, type Seen } from '../../../../schema/cel/admission/expression-compiler.ts';
import { oneOf, qualified } from '../checks.ts';
import { viewAs } from '../view.ts';
import {
  statelessCompiler,
  validateExpression,
  validateMatchConditions,
  validateVariable,
} from './expression-validation.ts';
import type {
  AuditAnnotation,
  MatchResources,
  ParamKind,
  PolicySpec,
  Registered,
  Validation,
  ValidatingPolicySpec,
} from './registration.ts';
import { failurePolicies, givenOneOf, validateMatchResources } from './rule-validation.ts';

const specPath = field.path('spec');
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const auditAnnotationsMax = 20;
const valueExpressionBytesMax = 5 * 1024;

/** `old`: what the object was before an update. */
export function validateValidatingPolicy(object: Readonly<KubeObject>, old?: Readonly<KubeObject>): FieldError[] {
  const { metadata, spec = {} } = viewAs<Registered<ValidatingPolicySpec>>(object);
  const before = old && viewAs<Registered<ValidatingPolicySpec>>(old).spec;
  const { variables = [], validations = [], auditAnnotations = [] } = spec;
  const compiler = variables.length > 0 ? new ExpressionCompiler(true) : statelessCompiler();
  const params = spec.paramKind !== undefined;
  const errors = validatePolicySpec(spec, before);
  const variablesPath = specPath.child('variables');
  for (const [index, variable] of variables.entries()) {
    errors.push(...validateVariable(compiler, variable, { params, authorizer: true }, variablesPath.index(index)));
  }
  const validationsPath = specPath.child('validations');
  const annotationsPath = specPath.child('auditAnnotations');
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const text = 'validations or auditAnnotations must contain at least one item';
    return [...errors, field.required(validationsPath, text), field.required(annotationsPath, text)];
  }
  for (const [index, validation] of validations.entries()) {
    errors.push(...validateValidation(compiler, validation, params, validationsPath.index(index)));
  }
  const { name = '' } = metadata;
  return [...errors, ...validateAuditAnnotations(compiler, name, auditAnnotations, params, annotationsPath)];
}

/** Up to the variables. */
export function validatePolicySpec(spec: PolicySpec, before: PolicySpec | undefined): FieldError[] {
  const { failurePolicy, paramKind, matchConstraints, matchConditions = [] } = spec;
  const constraintsPath = specPath.child('matchConstraints');
  const rulesPath = constraintsPath.child('resourceRules');
  return [
    ...givenOneOf(failurePolicy, specPath.child('failurePolicy'), failurePolicies),
    ...(paramKind ? validateParamKind(paramKind, specPath.child('paramKind')) : []),
    ...(matchConstraints
      ? validateMatchResources(matchConstraints, constraintsPath)
      : [field.required(constraintsPath, '')]),
    ...(matchConstraints && (matchConstraints.resourceRules ?? []).length === 0 ? [field.required(rulesPath, '')] : []),
    ...(before && sameConditions(spec, before)
      ? []
      : validateMatchConditions(matchConditions, paramKind !== undefined, specPath.child('matchConditions'))),
  ];
}

/** Nothing is left to change of what is deleted. */
export function validateMutatedOperations(resources: MatchResources | undefined, path: Path): FieldError[] {
  return (resources?.resourceRules ?? []).flatMap(({ operations = [] }) =>
    operations.flatMap((operation) => oneOf(operation, path, ['*', 'CONNECT', 'CREATE', 'UPDATE'])),
  );
}

/** Nothing has changed that they could be wrong by. */
function sameConditions(spec: PolicySpec, before: PolicySpec): boolean {
  // A view of JSON is JSON.
  const same = (name: 'paramKind' | 'matchConditions'): boolean =>
    equalJson(spec[name] as JsonValue | undefined, before[name] as JsonValue | undefined);
  return same('paramKind') && same('matchConditions');
}

function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, path: Path): FieldError[] {
  const kindPath = path.child('kind');
  const errors = validateParamVersion(apiVersion, path.child('apiVersion'));
  if (kind === '') return [...errors, field.required(kindPath, '')];
  const problems = dns1035Label(kind.toLowerCase());
  if (problems.length === 0) return errors;
  const text = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
  return [...errors, field.invalid(kindPath, kind, text)];
}

function validateParamVersion(apiVersion: string, path: Path): FieldError[] {
  if (apiVersion === '') return [field.required(path, '')];
  const parts = apiVersion === '/' ? ['', ''] : apiVersion.split('/');
  if (parts.length > 2) return [field.invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const [group = '', version = ''] = parts.length === 1 ? ['', ...parts] : parts;
  const errors: FieldError[] = [];
  const groupProblems = group === '' ? [] : dns1123Subdomain(group);
  if (groupProblems.length > 0) errors.push(field.invalid(path, group, groupProblems.join(',')));
  if (version === '') return [...errors, field.invalid(path, apiVersion, 'version must be specified')];
  const problems = dns1035Label(version);
  return problems.length === 0 ? errors : [...errors, field.invalid(path, version, problems.join(','))];
}

function validateValidation(
  compiler: ExpressionCompiler,
  { expression = '', message = '', messageExpression = '', reason }: Validation,
  params: boolean,
  path: Path,
): FieldError[] {
  const errors: FieldError[] = [];
  const add = (found: readonly FieldError[]): number => errors.push(...found);
  const expressionPath = path.child('expression');
  const withAuthorizer: Seen = { params, authorizer: true };
  if (expression.trim() === '') add([field.required(expressionPath, 'expression is not specified')]);
  else add(validateExpression(compiler, expression, withAuthorizer, [boolType], expressionPath));
  const messagePath = path.child('messageExpression');
  if (messageExpression.trim() !== '') {
    add(validateExpression(compiler, messageExpression, { params, authorizer: false }, [stringType], messagePath));
  } else if (messageExpression !== '') {
    add([field.invalid(messagePath, messageExpression, 'must be non-empty if specified')]);
  }
  const textPath = path.child('message');
  if (message !== '' && message.trim() === '') {
    add([field.invalid(textPath, message, 'must be non-empty if specified')]);
  } else if (/[\n\r]/.test(message.trim())) add([field.invalid(textPath, message, 'must not contain line breaks')]);
  add(oneOf(reason, path.child('reason'), reasons));
  return errors;
}

function validateAuditAnnotations(
  compiler: ExpressionCompiler,
  name: string,
  annotations: readonly AuditAnnotation[],
  params: boolean,
  path: Path,
): FieldError[] {
  const errors: FieldError[] = [];
  if (annotations.length > auditAnnotationsMax) {
    // As upstream's internal type is shown.
    const shown = annotations.map(({ key = '', valueExpression = '' }) => ({
      Key: key,
      ValueExpression: valueExpression,
    }));
    errors.push(field.invalid(path, shown, `must not have more than ${auditAnnotationsMax} auditAnnotations`));
  }
  const keys = new Set<string>();
  for (const [index, annotation] of annotations.entries()) {
    const { key = '' } = annotation;
    const where = path.index(index);
    errors.push(...validateAuditAnnotation(compiler, name, annotation, params, where));
    if (keys.has(key)) errors.push(field.duplicate(where.child('key'), key));
    keys.add(key);
  }
  return errors;
}

function validateAuditAnnotation(
  compiler: ExpressionCompiler,
  name: string,
  { key = '', valueExpression = '' }: AuditAnnotation,
  params: boolean,
  path: Path,
): FieldError[] {
  const keyPath = path.child('key');
  const where = path.child('valueExpression');
  const errors =
    name === ''
      ? [field.invalid(keyPath, key, 'requires metadata.name be non-empty')]
      : qualified(`${name}/${key}`, keyPath);
  const trimmed = valueExpression.trim();
  if (trimmed === '') return [...errors, field.required(where, 'valueExpression is not specified')];
  if (Buffer.byteLength(trimmed) > valueExpressionBytesMax) {
    return [...errors, field.required(where, `must not exceed ${valueExpressionBytesMax} bytes in length`)];
  }
  const { problem } = compiler.compile(trimmed, { params, authorizer: true }, [stringType, nullType]);
  if (problem === undefined) return errors;
  const found =
    problem.type === 'internal'
      ? field.internal(where, problem.detail)
      : field.invalid(where, valueExpression, problem.detail);
  return [...errors, found];
}
