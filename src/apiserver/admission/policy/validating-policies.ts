/**
 * Validating admission policies: each that concerns a write says of it what its expressions say; what its bindings make of that is a refusal
 * or a warning. Mirrors apiserver pkg/admission/plugin/policy/validating dispatcher.go and validator.go.
 */
import type { JsonObject } from '../../../api/json.ts';
import { StatusError } from '../../../api/status.ts';
import {
  AdmissionEvaluation,
  BudgetError,
  policyCostMax,
  type AdmissionValues,
  type Evaluation,
} from '../../../schema/cel/admission/admission-evaluation.ts';
import { typeOfValue } from '../../../schema/cel/value-type.ts';
import type {
  BindingSpec,
  Validation,
  ValidatingPolicySpec,
} from '../../registry/resources/admissionregistration/registration.ts';
import { admissionForbidden } from '../forbidden.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import { readyAccess } from './access.ts';
import { admissionValues } from './admission-values.ts';
import { compiledValidatingPolicy, type CompiledValidatingPolicy } from './compiled-policy.ts';
import { meetsConditions } from './match-conditions.ts';
import {
  concerns,
  isExempt,
  isIgnoring,
  namespaceObject,
  type Invocation,
  type PolicyServices,
} from './policy-admission.ts';
import type { Policy, PolicySource } from './policy-source.ts';
import { versionedObject } from './versioned-object.ts';

/** Why a policy is against a write. */
interface Denial {
  readonly message: string;
  /** Of the Status. */
  readonly reason: string;
}

interface Refusal extends Denial {
  readonly policy: Policy<ValidatingPolicySpec>;
  readonly binding: Policy<BindingSpec> | undefined;
}

interface Verdict {
  /** What the binding's actions are for. */
  readonly denials: readonly Denial[];
  /** Always refuses, whatever the binding's actions. */
  readonly failures: readonly Denial[];
}

const invalidReason = 'Invalid';
const messageBytesMax = 5 * 1024;
const approved: Verdict = { denials: [], failures: [] };
/** Others are answered with 422. */
const codes: ReadonlyMap<string, number> = new Map([
  ['Forbidden', 403],
  ['Unauthorized', 401],
  ['RequestEntityTooLarge', 413],
]);

export function validatingPolicies(
  services: PolicyServices,
  source: PolicySource<ValidatingPolicySpec>,
): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionPolicy',
    handles: ({ resource }) => !isExempt(resource) && source.mayConcern(resource.gr.resource),
    async validate(attributes) {
      const policies = await source.about(attributes.resource.gr.resource);
      if (policies.length === 0) return;
      const refusals: Refusal[] = [];
      for (const concern of await concerns(services, attributes, policies)) {
        if (concern.kind === 'invocation') {
          refusals.push(...(await refusalsOf(services, attributes, concern.invocation)));
          continue;
        }
        const { policy, binding, message } = concern.misconfiguration;
        if (isIgnoring(policy)) continue;
        const what = binding ? 'failed to configure binding' : 'failed to configure policy';
        refusals.push({ policy, binding, message: `${what}: ${message}`, reason: '' });
      }
      const [first] = refusals;
      if (first) throw refusalError(attributes, first);
    },
  };
}

async function refusalsOf(
  services: PolicyServices,
  attributes: AdmissionAttributes,
  { policy, binding, matched, params }: Invocation<ValidatingPolicySpec>,
): Promise<readonly Refusal[]> {
  let objects: { readonly object: JsonObject | null; readonly oldObject: JsonObject | null };
  const refused = (denial: Denial): Refusal => ({ policy, binding, ...denial });
  try {
    const { object, old } = attributes;
    objects = {
      object: object ? await versionedObject(attributes, object, matched) : null,
      oldObject: old ? await versionedObject(attributes, old, matched) : null,
    };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const message = `failed to configure binding: failed to convert object version: ${error.message}`;
    return isIgnoring(policy) ? [] : [refused({ message, reason: '' })];
  }
  const namespace = await namespaceObject(services, attributes);
  const ask = await readyAccess(services.authorizer, attributes.user);
  const { validationActions: actions = [] } = binding.spec;
  const refusals: Refusal[] = [];
  for (const one of params) {
    const common = { attributes, matched, ...objects, params: one };
    const { denials, failures } = judge(policy, (withNamespace, withAuthorizer) =>
      admissionValues(
        { ...common, namespaceObject: withNamespace ? namespace : null },
        withAuthorizer ? ask : undefined,
      ),
    );
    for (const denial of denials) {
      if (actions.includes('Deny')) refusals.push(refused(denial));
      if (actions.includes('Warn')) {
        const head = `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}'`;
        attributes.warnings.push(`${head}: ${denial.message}`);
      }
    }
    refusals.push(...failures.map(refused));
  }
  return refusals;
}

/** By what an expression sees. */
type ValuesFor = (withNamespace: boolean, withAuthorizer: boolean) => AdmissionValues;

function judge(policy: Policy<ValidatingPolicySpec>, valuesFor: ValuesFor): Verdict {
  const compiled = compiledValidatingPolicy(policy);
  const ignores = isIgnoring(policy);
  const failed = (message: string): Verdict =>
    ignores ? approved : { denials: [{ message, reason: '' }], failures: [] };
  const met = meetsConditions(compiled, valuesFor(false, true), ignores);
  if (met.kind === 'unmet') return approved;
  if (met.kind === 'failed') return failed(met.message);
  try {
    const denials = validationDenials(compiled, valuesFor, ignores);
    const failures = auditFailures(policy, compiled, valuesFor(true, false), ignores);
    return { denials, failures };
  } catch (error) {
    if (error instanceof BudgetError) return failed(error.message);
    throw error;
  }
}

/** @throws BudgetError */
function validationDenials(
  { validations, variables }: CompiledValidatingPolicy,
  valuesFor: ValuesFor,
  ignores: boolean,
): readonly Denial[] {
  const evaluation = new AdmissionEvaluation(valuesFor(true, true), variables, policyCostMax);
  const results = validations.map(({ expression }) => evaluation.evaluate(expression));
  const messages = messageResults(validations, variables, valuesFor(true, false), evaluation.costLeft);
  return validations.flatMap(({ validation }, index): readonly Denial[] => {
    const result = results[index];
    if (result === undefined) return [];
    const problem = result.ok ? messages.problem : result.message;
    if (problem !== undefined) return ignores ? [] : [{ message: problem, reason: '' }];
    if (result.ok && result.value === true) return [];
    const text = denialText(validation, messages.results[index]);
    return [{ message: text, reason: validation.reason ?? invalidReason }];
  });
}

/** All of them are evaluated, whether they are needed or not; `problem`: the budget is spent. */
function messageResults(
  validations: CompiledValidatingPolicy['validations'],
  variables: CompiledValidatingPolicy['variables'],
  values: AdmissionValues,
  costMax: number,
): { readonly results: readonly (Evaluation | undefined)[]; readonly problem?: string } {
  const evaluation = new AdmissionEvaluation(values, variables, costMax);
  try {
    return { results: validations.map(({ message }) => message && evaluation.evaluate(message)) };
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    return { results: [], problem: `failed messageExpression: ${error.message}` };
  }
}

function denialText({ message = '', expression = '' }: Validation, computed: Evaluation | undefined): string {
  const text = computed?.ok === true && typeof computed.value === 'string' ? computed.value.trim() : '';
  if (text !== '' && Buffer.byteLength(text) <= messageBytesMax && !text.includes('\n')) return text;
  return message.trim() === '' ? `failed expression: ${expression.trim()}` : message.trim();
}

/** What is audited goes nowhere yet; what can't be computed is an error all the same. @throws BudgetError */
function auditFailures(
  { spec }: Policy<ValidatingPolicySpec>,
  { auditAnnotations, variables }: CompiledValidatingPolicy,
  values: AdmissionValues,
  ignores: boolean,
): readonly Denial[] {
  const evaluation = new AdmissionEvaluation(values, variables, policyCostMax);
  return auditAnnotations.flatMap((annotation, index): readonly Denial[] => {
    const result = evaluation.evaluate(annotation);
    if (!result.ok) return ignores ? [] : [{ message: result.message, reason: '' }];
    if (result.value === null || typeof result.value === 'string') return [];
    const { valueExpression = '' } = spec.auditAnnotations?.[index] ?? {};
    const message = `valueExpression '${valueExpression}' resulted in unsupported return type: ${typeOfValue(result.value).name}. Return type must be either string or null.`;
    return [{ message, reason: '' }];
  });
}

function refusalError(attributes: AdmissionAttributes, { policy, binding, message, reason }: Refusal): StatusError {
  const bound = binding ? ` with binding '${binding.name}'` : '';
  const text = `ValidatingAdmissionPolicy '${policy.name}'${bound} denied request: ${message}`;
  const { status } = admissionForbidden(attributes, text);
  const { details = {} } = status;
  return new StatusError({
    ...status,
    reason: reason === '' ? invalidReason : reason,
    code: codes.get(reason) ?? 422,
    details: { ...details, causes: [...(details.causes ?? []), { message: text }] },
  });
}
