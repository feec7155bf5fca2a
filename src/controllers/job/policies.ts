/** What a Job's policies make of its pods. Mirrors kubernetes pkg/controller/job pod_failure_policy.go and success_policy.go. Pure. */
import { Indexes } from './indexes.ts';
import { indexesOf, type FailurePolicyRule, type Job } from './job.ts';
import type { ContainerStatus, JobPod } from './job-pod.ts';

export interface FailureMatch {
  readonly counted: boolean;
  /** `undefined`: no rule says anything. */
  readonly action: FailurePolicyRule['action'] | undefined;
  /** Why the whole Job fails. */
  readonly failJob?: string;
}

/** The first rule that matches the failed pod. */
export function matchFailurePolicy({ failurePolicy }: Job, pod: JobPod): FailureMatch {
  for (const [index, rule] of (failurePolicy ?? []).entries()) {
    const cause = causeOf(rule, pod);
    if (cause === undefined) continue;
    const { action } = rule;
    if (action !== 'FailJob') return { counted: action !== 'Ignore', action };
    return { counted: true, action, failJob: `${cause} matching ${action} rule at index ${index}` };
  }
  return { counted: true, action: undefined };
}

/** Why the Job has succeeded already, if it has. */
export function matchSuccessPolicy(job: Job, succeeded: Indexes): string | undefined {
  if (succeeded.size === 0) return undefined;
  const index = (job.successPolicy ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.size >= succeededCount;
    const required = Indexes.parse(succeededIndexes, indexesOf(job));
    const there = required.overlap(succeeded);
    return required.size > 0 && (there === required.size || (succeededCount !== undefined && there >= succeededCount));
  });
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}

function causeOf({ onExitCodes, onPodConditions }: FailurePolicyRule, pod: JobPod): string | undefined {
  const { namespace = '', name = '' } = pod.metadata;
  if (onExitCodes) {
    const container = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
      (status) => exitMatches(status, onExitCodes),
    );
    const code = container?.state?.terminated?.exitCode;
    return container && `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${code}`;
  }
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    onPodConditions?.some((pattern) => pattern.type === type && pattern.status === status),
  );
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`;
}

function exitMatches(
  { name, state }: ContainerStatus,
  requirement: NonNullable<FailurePolicyRule['onExitCodes']>,
): boolean {
  const { containerName, operator, values } = requirement;
  const code = state?.terminated?.exitCode ?? 0;
  if (code === 0 || (containerName !== undefined && containerName !== name)) return false;
  return operator === 'In' ? values.includes(code) : operator === 'NotIn' && !values.includes(code);
}
