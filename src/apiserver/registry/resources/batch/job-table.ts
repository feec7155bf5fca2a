/** Mirrors printers printJob, v1.36. */
import { formatLabelSelector, type LabelSelector } from '../../../../api/label-selector.ts';
import type { ObjectMeta } from '../../../../api/object.ts';
import { humanDuration } from '../../../../api/duration.ts';
import type { TablePrinter } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { templateCells, workloadColumns, type PodTemplate } from '../workload-columns.ts';

export interface Job {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly completions?: number;
    readonly parallelism?: number;
    readonly manualSelector?: boolean;
    readonly selector?: LabelSelector;
    readonly template?: PodTemplate;
  };
  readonly status?: {
    readonly succeeded?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** The first that is true is shown; a deletion counts between them. */
const endStates = ['Complete', 'Failed'];
const liveStates = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'];

export const jobTable: TablePrinter = {
  columns: [
    nameColumn,
    textColumn('Status'),
    textColumn('Completions'),
    textColumn('Duration'),
    ageColumn,
    ...workloadColumns,
  ],
  row(object, context) {
    const job = viewAs<Job>(object);
    return [
      nameOf(object),
      statusText(job),
      completionsText(job),
      durationText(job, context.now),
      ageOf(object, context),
      ...templateCells(job.spec?.template),
      formatLabelSelector(job.spec?.selector),
    ];
  },
};

function statusText(job: Job): string {
  const holds = (type: string) => job.status?.conditions?.find((one) => one.type === type)?.status === 'True';
  const ended = endStates.find(holds);
  if (ended) return ended;
  if (job.metadata.deletionTimestamp) return 'Terminating';
  return liveStates.find(holds) ?? 'Running';
}

function completionsText({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Job, now: number): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : now;
  return humanDuration(end - Date.parse(status.startTime));
}
