/** Deletes a pod if its disruption budget allows. Mirrors kubernetes core/pod/storage EvictionREST. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { matchesLabelSelector } from '../../api/label-selector.ts';
import type { KubeObject } from '../../api/object.ts';
import {
  failure,
  newBadRequest,
  newForbidden,
  newTooManyRequests,
  StatusError,
  successStatus,
} from '../../api/status.ts';
import { timestamp } from '../../lib/clock.ts';
import { schemaForKind } from '../../schema/builtin/catalog.ts';
import { canonical, ensureNamespace } from '../registry/before-write.ts';
import { checkPreconditions, deleteObject } from '../registry/delete-object.ts';
import { listObjects } from '../registry/list-objects.ts';
import { rewriteStatus } from '../registry/managed-fields/rewrite-status.ts';
import { everything } from '../registry/selection.ts';
import type { StoredObject } from '../registry/stored-object.ts';
import { optionsOfObject } from './delete-options.ts';
import { isPodReady, setPodCondition } from './pod-conditions.ts';
import { writeOptions } from './query-options.ts';
import { readObject } from './request-object.ts';
import { admissionOf, encoderOf, plainResponse, writeContextOf, type VerbHandler, type VerbRequest } from './verb.ts';

const gvk = { group: 'policy', version: 'v1', kind: 'Eviction' };
const retrySeconds = 10;
const violates = "Cannot evict pod as it would violate the pod's disruption budget.";

export const createEviction: VerbHandler = async (request) => {
  const { context, negotiation, store, resource, namespace, name } = request;
  const encoder = encoderOf(request);
  const options = writeOptions(context.query, 'CreateOptions');
  const schema = schemaForKind(gvk) ?? resource.schema;
  const expected = { gvk, schema, otherApiVersions: ['policy/v1beta1'] };
  const eviction = await readObject(context, negotiation, expected, options.fieldValidation);
  ensureNamespace(eviction.metadata, namespace);
  if (eviction.metadata.name !== name) throw newBadRequest('name in URL does not match name in Eviction object');
  const deletion = optionsOfObject(isJsonObject(eviction['deleteOptions']) ? eviction['deleteOptions'] : {});
  const dryRun = options.dryRun || deletion.dryRun;
  const admission = admissionOf(request, 'CREATE', dryRun);
  await admission.mutate(eviction, undefined);
  await admission.validate(eviction, undefined);
  const pod = await store.get(request);
  if (!ignoresBudgets(pod.object)) await askBudget(request, pod.object, dryRun);
  if (!dryRun)
    await store.rewrite(request, false, (old) => {
      checkPreconditions({ resource, name, options: deletion.options }, old);
      return disrupted(request, old);
    });
  await deleteObject(store, {
    resource,
    namespace,
    name,
    options: deletion.options,
    context: writeContextOf(request, dryRun),
    // Admission has seen the eviction, and is not asked about the deletion.
    admission: { mutate: () => Promise.resolve(), validate: () => Promise.resolve() },
  });
  return plainResponse(encoder, 201, { ...successStatus(), code: 201 });
};

/** Finished, starting and terminating pods disturb nobody. */
function ignoresBudgets(pod: Readonly<KubeObject>): boolean {
  const phase = objectAt(pod, 'status')['phase'];
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || Boolean(pod.metadata.deletionTimestamp);
}

function disrupted({ resource, context }: VerbRequest, old: StoredObject): KubeObject {
  const pod = old.decode();
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  } as const;
  setPodCondition(pod, condition, context.now);
  return canonical(resource, pod);
}

/** Throws TooManyRequests, Forbidden. Counts the disruption. */
async function askBudget(request: VerbRequest, pod: Readonly<KubeObject>, dryRun: boolean): Promise<void> {
  const { store, resources, namespace } = request;
  const budgets = resources.find('policy', 'v1', 'poddisruptionbudgets');
  if (!budgets) return;
  const all = { limit: 0, continue: '', resourceVersion: '', resourceVersionMatch: '' };
  const { items } = await listObjects(store.store, { ...all, resource: budgets, namespace, selection: everything });
  const covering = items.filter(({ object }) =>
    matchesLabelSelector(objectAt(object, 'spec')['selector'] as object | undefined, pod.metadata.labels),
  );
  if (covering.length > 1) {
    const text = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw failure(500, '', text);
  }
  const [budget] = covering;
  if (!budget || disturbsNothing(budget.object, pod)) return;
  const target = { resource: budgets, namespace, name: budget.object.metadata.name ?? '' };
  await rewriteStatus(store, resources, target, dryRun, (current) =>
    countDisruption(current, pod.metadata.name ?? '', request.context.now),
  );
}

/** A pod that isn't ready counts for nothing where enough others are, or where the budget says so. */
function disturbsNothing(budget: Readonly<KubeObject>, pod: Readonly<KubeObject>): boolean {
  if (isPodReady(pod)) return false;
  if (objectAt(budget, 'spec')['unhealthyPodEvictionPolicy'] === 'AlwaysAllow') return true;
  const status = objectAt(budget, 'status');
  const desired = numberAt(status, 'desiredHealthy');
  return desired > 0 && numberAt(status, 'currentHealthy') >= desired;
}

/** Mirrors checkAndDecrement. May mutate `budget`. */
function countDisruption(budget: KubeObject, pod: string, now: number): KubeObject {
  const name = budget.metadata.name ?? '';
  const status = objectAt(budget, 'status');
  if (numberAt(status, 'observedGeneration') < (budget.metadata.generation ?? 0)) {
    throw withCause(retrySeconds, `The disruption budget ${name} is still being processed by the server.`);
  }
  const allowed = numberAt(status, 'disruptionsAllowed');
  if (allowed < 0) {
    const resource = { group: 'policy', resource: 'poddisruptionbudget' };
    throw newForbidden(resource, name, 'pdb disruptions allowed is negative');
  }
  if (allowed === 0) throw withCause(0, refusal(name, status));
  budget['status'] = {
    ...status,
    ...(allowed === 1 ? { conditions: withoutAllowance(status, now) } : {}),
    disruptionsAllowed: allowed - 1,
    disruptedPods: { ...objectOf(status['disruptedPods']), [pod]: timestamp(now) },
  };
  return budget;
}

/** Mirrors UpdateDisruptionAllowedCondition for a budget that is used up. */
function withoutAllowance(status: JsonObject, now: number): JsonObject[] {
  const conditions = Array.isArray(status['conditions']) ? status['conditions'].filter((one) => isJsonObject(one)) : [];
  const old = conditions.find((one) => one['type'] === 'DisruptionAllowed');
  const since = old?.['status'] === 'False' ? old['lastTransitionTime'] : undefined;
  const condition: JsonObject = {
    type: 'DisruptionAllowed',
    status: 'False',
    observedGeneration: numberAt(status, 'observedGeneration'),
    lastTransitionTime: since ?? timestamp(now),
    reason: 'InsufficientPods',
    message: '',
  };
  return [...conditions.filter((one) => one !== old), condition];
}

function refusal(name: string, status: JsonObject): string {
  const desired = numberAt(status, 'desiredHealthy');
  const current = numberAt(status, 'currentHealthy');
  if (current <= desired) {
    return `The disruption budget ${name} needs ${desired} healthy pods and has ${current} currently`;
  }
  return `The disruption budget ${name} does not allow evicting pods currently`;
}

function withCause(seconds: number, message: string): StatusError {
  const { status } = newTooManyRequests(violates, seconds);
  return new StatusError({
    ...status,
    details: { ...status.details, causes: [{ reason: 'DisruptionBudget', message }] },
  });
}

function objectAt(object: Readonly<KubeObject>, name: string): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : {};
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function numberAt(object: JsonObject, name: string): number {
  const value = object[name];
  return typeof value === 'number' ? value : 0;
}
