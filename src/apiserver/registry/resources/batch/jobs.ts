import { equalJson } from '../../../../api/json.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { podOwnerNameWarnings } from '../name-warnings.ts';
import { settleTemplate } from '../core/pod-aliases.ts';
import { ensureObject } from '../../../../api/json-fields.ts';
import { jsonOf, setUnless, takeField } from '../fields.ts';
import { viewAs } from '../view.ts';
import { jobTable, type Job } from './job-table.ts';
import { validateJob, validateJobUpdate } from './job-validation.ts';

const controllerUid = 'batch.kubernetes.io/controller-uid';

/** Mirrors pkg/registry/batch/job. */
export const jobs = defineResource({
  group: 'batch',
  resource: 'jobs',
  settle: (job) => settleTemplate(job),
  strategy: {
    warnings: podOwnerNameWarnings,
    defaultGarbageCollection: 'orphan',
    prepareForCreate(job) {
      settleTemplate(job);
      if (!viewAs<Job>(job).spec?.manualSelector) generateSelector(job);
    },
    prepareForUpdate: (job) => settleTemplate(job),
    validate: validateJob,
    validateUpdate: validateJobUpdate,
  },
  table: jobTable,
  selectableFields: (job) => ({ 'status.successful': String(viewAs<Job>(job).status?.succeeded ?? 0) }),
});

/** The job's pods are known by its uid. May mutate. Mirrors generateSelector. */
function generateSelector(job: KubeObject): void {
  const { name = '', uid = '', labels: own = {} } = job.metadata;
  const spec = ensureObject(jsonOf(job), 'spec');
  const labels = ensureObject(ensureObject(ensureObject(spec, 'template'), 'metadata'), 'labels');
  // A job without labels of its own has its template's, those below too.
  const inherited = equalJson(own, labels) || Object.keys(own).length === 0;
  for (const key of ['job-name', 'batch.kubernetes.io/job-name']) setUnless(labels, key, name);
  for (const key of ['controller-uid', controllerUid]) setUnless(labels, key, uid);
  setUnless(ensureObject(ensureObject(spec, 'selector'), 'matchLabels'), controllerUid, uid);
  if (inherited) takeField(ensureObject(jsonOf(job), 'metadata'), { labels }, 'labels');
}
