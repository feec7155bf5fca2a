/** Mirrors pkg/apis/batch/v1/defaults.go. */
import type { JsonObject } from '../../../api/json.ts';
import type { TypeDefaults } from '../../default.ts';
import { objectAt, ensureObject } from '../../../api/json-fields.ts';
import { labelsFromTemplate, setIfEmpty, setIfNil } from './go-fields.ts';

const int32Max = 2 ** 31 - 1;

export const batchDefaults: TypeDefaults = {
  'io.k8s.api.batch.v1.Job': (job) => {
    const spec = ensureObject(job, 'spec');
    if (isNil(spec, 'completions') && isNil(spec, 'parallelism')) spec['completions'] = 1;
    setIfNil(spec, 'parallelism', 1);
    setIfNil(spec, 'backoffLimit', isNil(spec, 'backoffLimitPerIndex') ? 6 : int32Max);
    labelsFromTemplate(job);
    setIfNil(spec, 'completionMode', 'NonIndexed');
    setIfNil(spec, 'suspend', false);
    setIfNil(spec, 'podReplacementPolicy', objectAt(spec, 'podFailurePolicy') ? 'Failed' : 'TerminatingOrFailed');
    setIfNil(spec, 'manualSelector', false);
  },
  'io.k8s.api.batch.v1.CronJob': (cronJob) => {
    const spec = ensureObject(cronJob, 'spec');
    setIfEmpty(spec, 'concurrencyPolicy', 'Allow');
    setIfNil(spec, 'suspend', false);
    setIfNil(spec, 'successfulJobsHistoryLimit', 3);
    setIfNil(spec, 'failedJobsHistoryLimit', 1);
  },
  'io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern': (pattern) => setIfEmpty(pattern, 'status', 'True'),
};

function isNil(object: JsonObject, name: string): boolean {
  return object[name] === undefined || object[name] === null;
}
