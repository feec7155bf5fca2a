/**
 * Mutating admission policies: each that concerns a write changes its object, one after the other. Mirrors apiserver
 * pkg/admission/plugin/policy/mutating dispatcher.go.
 */
import { equalJson, type JsonObject } from '../../../api/json.ts';
import { StatusError } from '../../../api/status.ts';
import { AdmissionEvaluation, BudgetError, policyCostMax } from '../../../schema/cel/admission/admission-evaluation.ts';
import type { AskAccess } from '../../../schema/cel/library/authorizer.ts';
import type { Value } from '../../../schema/cel/value.ts';
import type { MutatingPolicySpec } from '../../registry/resources/admissionregistration/registration.ts';
import type { ServedResource } from '../../registry/served-resource.ts';
import { admissionForbidden } from '../forbidden.ts';
import type { AdmissionAttributes, AdmissionPlugin, Reinvocation } from '../plugin.ts';
import { readyAccess } from './access.ts';
import { admissionValues } from './admission-values.ts';
import { compiledMutatingPolicy, type CompiledMutatingPolicy, type CompiledMutation } from './compiled-policy.ts';
import { meetsConditions } from './match-conditions.ts';
import { applyConfiguration, applyPatch } from './object-patch.ts';
import { PatchError } from './patch-value.ts';
import {
  concerns,
  isExempt,
  isIgnoring,
  namespaceObject,
  type Invocation,
  type PolicyServices,
} from './policy-admission.ts';
import type { PolicySource } from './policy-source.ts';
import { Reinvocations } from './reinvocations.ts';
import { versionedObject, writeVersioned } from './versioned-object.ts';
import { versionedSchema, withDefaults } from './versioned-schema.ts';

interface Failure {
  readonly message: string;
  /** Of the Status; empty: Forbidden. */
  readonly reason: string;
}

export function mutatingPolicies(services: PolicyServices, source: PolicySource<MutatingPolicySpec>): AdmissionPlugin {
  const running = new WeakMap<Reinvocation, Reinvocations>();
  return {
    name: 'MutatingAdmissionPolicy',
    handles: ({ operation, resource }) =>
      operation !== 'DELETE' && !isExempt(resource) && source.mayConcern(resource.gr.resource),
    async mutate(attributes) {
      const policies = await source.about(attributes.resource.gr.resource);
      if (policies.length === 0) return;
      const failures: Failure[] = [];
      const invocations: Invocation<MutatingPolicySpec>[] = [];
      for (const concern of await concerns(services, attributes, policies)) {
        if (concern.kind === 'invocation') {
          invocations.push(concern.invocation);
          continue;
        }
        const { policy, binding, message } = concern.misconfiguration;
        if (isIgnoring(policy)) continue;
        const what = binding ? 'failed to configure binding' : 'failed to configure policy';
        failures.push({ message: deniedText(policy.name, binding?.name, `${what}: ${message}`), reason: '' });
      }
      if (invocations.length > 0) {
        const { reinvocation } = attributes;
        const reinvocations = (reinvocation && running.get(reinvocation)) ?? new Reinvocations();
        if (reinvocation) running.set(reinvocation, reinvocations);
        failures.push(...(await new Mutation(services, attributes, reinvocations).run(invocations)));
      }
      if (failures.length > 0) throw refusalError(attributes, failures);
    },
  };
}

class Mutation {
  readonly #services: PolicyServices;
  readonly #attributes: AdmissionAttributes;
  readonly #reinvocations: Reinvocations;
  readonly #failures: Failure[] = [];
  #namespace: JsonObject | null = null;
  /** A patch has been applied, whatever it changed. */
  #isPatched = false;
  #ask: AskAccess | undefined;

  constructor(services: PolicyServices, attributes: AdmissionAttributes, reinvocations: Reinvocations) {
    this.#services = services;
    this.#attributes = attributes;
    this.#reinvocations = reinvocations;
  }

  /** @throws StatusError */
  async run(invocations: readonly Invocation<MutatingPolicySpec>[]): Promise<readonly Failure[]> {
    const { reinvocation, user } = this.#attributes;
    if (reinvocation?.isRepeated === true && this.#reinvocations.changedSince(this.#object())) {
      this.#reinvocations.changed();
    }
    this.#namespace = await namespaceObject(this.#services, this.#attributes);
    this.#ask = await readyAccess(this.#services.authorizer, user);
    try {
      for (const invocation of invocations) {
        for (const params of invocation.params) await this.#invoke(invocation, params);
      }
      if (this.#isPatched) {
        this.#reinvocations.changed();
        reinvocation?.request();
      }
    } finally {
      this.#reinvocations.finished(this.#object());
    }
    return this.#failures;
  }

  async #invoke(invocation: Invocation<MutatingPolicySpec>, params: JsonObject | null): Promise<void> {
    const { policy, binding, matched } = invocation;
    const { reinvocation, object, old } = this.#attributes;
    const compiled = compiledMutatingPolicy(policy);
    let current = object ? await versionedObject(this.#attributes, structuredClone(object), matched) : null;
    const oldObject = old ? await versionedObject(this.#attributes, old, matched) : null;
    const seen = { attributes: this.#attributes, matched, oldObject, params };
    const conditionValues = admissionValues({ ...seen, object: current, namespaceObject: null }, this.#ask);
    const fail = (message: string): void => {
      if (isIgnoring(policy)) return;
      this.#failures.push({ message: deniedText(policy.name, binding.name, message), reason: 'Invalid' });
    };
    const met = meetsConditions(compiled, conditionValues, isIgnoring(policy));
    if (met.kind === 'failed') fail(met.message);
    if (met.kind !== 'met') return;
    const key = JSON.stringify([policy.name, binding.name, namesOf(params)]);
    if (reinvocation?.isRepeated === true && !this.#reinvocations.isDue(key)) return;
    const before = current;
    for (const mutation of compiled.mutations) {
      if (current === null) continue;
      const values = admissionValues({ ...seen, object: current, namespaceObject: this.#namespace }, this.#ask);
      try {
        current = this.#patched(current, matched, mutation, compiled, values);
        this.#isPatched = true;
      } catch (error) {
        if (!(error instanceof PatchError)) throw error;
        fail(error.message);
      }
    }
    if (current !== null && current !== before && !equalJson(before, current)) {
      this.#reinvocations.changed();
      await writeVersioned(this.#attributes, current, matched);
    }
    if (policy.spec.reinvocationPolicy === 'IfNeeded') this.#reinvocations.willing(key);
  }

  /** @throws PatchError, StatusError */
  #patched(
    object: JsonObject,
    matched: ServedResource,
    { patchType, expression }: CompiledMutation,
    { variables }: CompiledMutatingPolicy,
    values: ReturnType<typeof admissionValues>,
  ): JsonObject {
    if (expression.problem !== undefined) throw new PatchError(expression.problem.detail);
    const evaluation = new AdmissionEvaluation(values, variables, policyCostMax);
    const patch = valueOf(() => evaluation.evaluate(expression));
    const { subresource } = this.#attributes;
    const schema = versionedSchema(matched, subresource);
    const patched =
      patchType === 'JSONPatch' ? applyPatch(object, patch, schema) : applyConfiguration(object, patch, schema);
    return patched === object ? object : withDefaults(matched, subresource, patched);
  }

  #object(): JsonObject | undefined {
    // Objects are plain JSON.
    return this.#attributes.object as unknown as JsonObject | undefined;
  }
}

/** @throws PatchError */
function valueOf(evaluate: () => ReturnType<AdmissionEvaluation['evaluate']>): Value {
  try {
    const result = evaluate();
    if (result.ok) return result.value;
    throw new PatchError(result.message);
  } catch (error) {
    if (error instanceof BudgetError) throw new PatchError(error.message, { cause: error });
    throw error;
  }
}

function namesOf(params: JsonObject | null): readonly unknown[] {
  const metadata = params?.['metadata'];
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
    ? [metadata['namespace'], metadata['name']]
    : [];
}

function deniedText(policy: string, binding: string | undefined, message: string): string {
  return binding === undefined
    ? `policy "${policy}" denied request: ${message}`
    : `policy '${policy}' with binding '${binding}' denied request: ${message}`;
}

function refusalError(attributes: AdmissionAttributes, failures: readonly Failure[]): StatusError {
  const { status } = admissionForbidden(attributes, 'admission request denied by policy');
  const [{ message, reason } = { message: '', reason: '' }] = failures;
  const { details = {} } = status;
  return new StatusError({
    ...status,
    message,
    ...(reason === '' ? {} : { reason }),
    details: { ...details, causes: failures.map((failure) => ({ message: failure.message })) },
  });
}
