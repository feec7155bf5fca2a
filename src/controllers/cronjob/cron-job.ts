/** What the controller reads of a CronJob. Mirrors batch/v1 CronJob. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';

export interface JobReference extends JsonObject {
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  apiVersion: string;
  resourceVersion: string;
}

export interface CronJobStatus {
  readonly active?: readonly JobReference[];
  readonly lastScheduleTime?: string;
  readonly lastSuccessfulTime?: string;
}

export interface CronJob {
  readonly metadata: Readonly<ObjectMeta>;
  readonly schedule: string;
  readonly timeZone: string | undefined;
  readonly suspended: boolean;
  readonly concurrency: 'Allow' | 'Forbid' | 'Replace';
  readonly startingDeadlineSeconds: number | undefined;
  readonly successfulLimit: number | undefined;
  readonly failedLimit: number | undefined;
  readonly template: { readonly metadata?: ObjectMeta; readonly spec?: JsonObject };
  readonly status: CronJobStatus;
  readonly object: Readonly<KubeObject>;
}

interface CronJobSpec {
  readonly schedule?: string;
  readonly timeZone?: string;
  readonly suspend?: boolean;
  readonly concurrencyPolicy?: CronJob['concurrency'];
  readonly startingDeadlineSeconds?: number;
  readonly successfulJobsHistoryLimit?: number;
  readonly failedJobsHistoryLimit?: number;
  readonly jobTemplate?: CronJob['template'];
}

/** The typed view of a CronJob's JSON; the API server has validated its shape. */
export function asCronJob(object: Readonly<KubeObject>): CronJob {
  const spec = (object['spec'] ?? {}) as CronJobSpec;
  return {
    metadata: object.metadata,
    schedule: spec.schedule ?? '',
    timeZone: spec.timeZone,
    suspended: spec.suspend ?? false,
    concurrency: spec.concurrencyPolicy ?? 'Allow',
    startingDeadlineSeconds: spec.startingDeadlineSeconds,
    successfulLimit: spec.successfulJobsHistoryLimit,
    failedLimit: spec.failedJobsHistoryLimit,
    template: spec.jobTemplate ?? {},
    status: (object['status'] ?? {}) as CronJobStatus,
    object,
  };
}
