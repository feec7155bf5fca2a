/** What the controller reads of a Job's pods, and the pods that it makes. Mirrors kubernetes pkg/controller/job indexed_job_utils.go and backoff_utils.go. */
import { objectAt, objectsAt } from '../../api/json-fields.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { controllerReference } from '../../controller/owner-reference.ts';
import { podCondition, type Pod } from '../../controller/pod.ts';
import { jobKind } from '../resources.ts';
import type { Job } from './job.ts';

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
const indexKey = 'batch.kubernetes.io/job-completion-index';
const failuresAnnotation = 'batch.kubernetes.io/job-index-failure-count';
const ignoredFailuresAnnotation = 'batch.kubernetes.io/job-index-ignored-failure-count';
const indexVariable = 'JOB_COMPLETION_INDEX';
const generateNameMax = 58;
const int32Max = 2_147_483_647;

export interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: { readonly terminated?: { readonly exitCode?: number; readonly finishedAt?: string } };
}

/** A pod with what only this controller looks at. */
export interface JobPod extends Omit<Pod, 'status'> {
  readonly status?: Omit<NonNullable<Pod['status']>, 'containerStatuses' | 'initContainerStatuses'> & {
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** How often an index has failed already. */
export interface IndexFailures {
  readonly counted: number;
  readonly ignored: number;
}

/** The typed view of a pod's JSON; the API server has validated its shape. */
export function asJobPod(object: Readonly<KubeObject>): JobPod {
  return object as unknown as JobPod;
}

export function isTracked({ metadata }: Pick<Pod, 'metadata'>): boolean {
  return metadata.finalizers?.includes(trackingFinalizer) ?? false;
}

/** `undefined`: it has none. */
export function completionIndex({ metadata }: Pick<Pod, 'metadata'>): number | undefined {
  const text = metadata.annotations?.[indexKey];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

export function indexFailures({ metadata }: Pick<Pod, 'metadata'>): IndexFailures {
  const count = (name: string): number => {
    const value = Number(metadata.annotations?.[name] ?? 0);
    return Number.isInteger(value) && value >= 0 && value <= int32Max ? value : 0;
  };
  return { counted: count(failuresAnnotation), ignored: count(ignoredFailuresAnnotation) };
}

/** Failed, or deleted before it could succeed (where such pods are replaced at once). */
export function hasFailed(job: Job, pod: JobPod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (job.replacesEndedOnly) return false;
  return pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

/** Milliseconds since the epoch, as well as it can be known. */
export function finishedAt(pod: JobPod): number {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  const ended = containersEndedAt(pod);
  if (ended !== undefined) return ended;
  const ready = podCondition(pod, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime) return Date.parse(ready.lastTransitionTime);
  if (deletionTimestamp !== undefined) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp ?? '');
}

/** `index`: of indexed Jobs, with how often it has failed where that is limited. */
export function jobPod(
  job: Job,
  index?: { readonly index: number; readonly failures: IndexFailures | undefined },
): KubeObject {
  const template = structuredClone(job.template);
  const { labels, annotations, finalizers = [] } = (objectAt(template, 'metadata') ?? {}) as ObjectMeta;
  const spec = objectAt(template, 'spec') ?? {};
  const { name = '', namespace = '' } = job.metadata;
  const metadata = {
    namespace,
    ...(annotations ? { annotations } : {}),
    ...(labels ? { labels } : {}),
    finalizers: [...new Set([...finalizers, trackingFinalizer])],
    ownerReferences: [controllerReference(job, jobKind)],
  };
  if (!index) return podOf({ ...metadata, generateName: `${name}-` }, spec);
  const number = String(index.index);
  for (const container of [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')]) addIndex(container);
  return podOf(
    {
      ...metadata,
      generateName: indexedGenerateName(name, number),
      labels: { ...labels, [indexKey]: number },
      annotations: { ...annotations, [indexKey]: number, ...failureAnnotations(index.failures) },
    },
    { ...spec, hostname: `${name}-${number}` },
  );
}

function podOf(metadata: ObjectMeta, spec: JsonObject): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

function failureAnnotations(failures: IndexFailures | undefined): Record<string, string> {
  if (!failures) return {};
  return {
    [failuresAnnotation]: String(failures.counted),
    ...(failures.ignored > 0 ? { [ignoredFailuresAnnotation]: String(failures.ignored) } : {}),
  };
}

function indexedGenerateName(jobName: string, index: string): string {
  const suffix = `-${index}-`;
  return jobName.slice(0, generateNameMax - suffix.length) + suffix;
}

/** May mutate. */
function addIndex(container: JsonObject): void {
  const variables = objectsAt(container, 'env');
  if (variables.some(({ name }) => name === indexVariable)) return;
  const fieldPath = `metadata.labels['${indexKey}']`;
  container['env'] = [...variables, { name: indexVariable, valueFrom: { fieldRef: { fieldPath } } }];
}

/** The last end of all containers, sidecars too; `undefined`: one hasn't said when. */
function containersEndedAt({ spec, status }: JobPod): number | undefined {
  const sidecars = new Set(
    spec.initContainers?.flatMap(({ name, restartPolicy }) => (restartPolicy === 'Always' ? [name] : [])),
  );
  const statuses = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  const times = statuses.map(({ state }) => state?.terminated?.finishedAt);
  if (times.length === 0 || times.some((time) => !time)) return undefined;
  return Math.max(...times.map((time) => Date.parse(time ?? '')));
}
