import type { ObjectMeta } from '../../../../api/object.ts';
import { ageSince } from '../../../../api/duration.ts';
import { formatLabelSelector } from '../../../../api/label-selector.ts';
import { defineResource } from '../../resource-definition.ts';
import { podOwnerNameWarnings } from '../name-warnings.ts';
import { ageColumn, ageOf, countColumn, nameColumn, nameOf, textColumn } from '../columns.ts';
import { settleTemplate } from '../core/pod-aliases.ts';
import { viewAs } from '../view.ts';
import { templateCells, workloadColumns } from '../workload-columns.ts';
import type { Job } from './job-table.ts';
import { validateCronJob, validateCronJobUpdate } from './cronjob-validation.ts';

interface CronJob {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly schedule?: string;
    readonly timeZone?: string;
    readonly suspend?: boolean;
    readonly jobTemplate?: Pick<Job, 'spec'>;
  };
  readonly status?: { readonly active?: readonly object[]; readonly lastScheduleTime?: string };
}

const template = ['spec', 'jobTemplate', 'spec', 'template'];

/** Mirrors pkg/registry/batch/cronjob. */
export const cronjobs = defineResource({
  group: 'batch',
  resource: 'cronjobs',
  settle: (job) => settleTemplate(job, template),
  strategy: {
    warnings: podOwnerNameWarnings,
    prepareForCreate: (job) => settleTemplate(job, template),
    prepareForUpdate: (job) => settleTemplate(job, template),
    validate: validateCronJob,
    validateUpdate: validateCronJobUpdate,
  },
  table: {
    columns: [
      nameColumn,
      textColumn('Schedule'),
      textColumn('Timezone'),
      { name: 'Suspend', type: 'boolean' },
      countColumn('Active'),
      textColumn('Last Schedule'),
      ageColumn,
      ...workloadColumns,
    ],
    row(object, context) {
      const { spec, status } = viewAs<CronJob>(object);
      const job = spec?.jobTemplate?.spec;
      return [
        nameOf(object),
        spec?.schedule ?? '',
        spec?.timeZone ?? '<none>',
        suspendText(spec?.suspend),
        status?.active?.length ?? 0,
        status?.lastScheduleTime ? ageSince(status.lastScheduleTime, context.now) : '<none>',
        ageOf(object, context),
        ...templateCells(job?.template),
        formatLabelSelector(job?.selector),
      ];
    },
  },
});

function suspendText(suspend: boolean | undefined): string {
  if (suspend === undefined) return '<unset>';
  return suspend ? 'True' : 'False';
}
