/** Mirrors ValidateCronJobCreate and ValidateCronJobUpdate, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { nonNegative, requiredOneOf } from '../checks.ts';
import { selectorJson } from '../core/validation/pod-template.ts';
import { viewAs } from '../view.ts';
import { scheduleError } from '../../../../api/cron-schedule.ts';
import { validateJobSpec } from './job-validation.ts';
import type { JobSpec } from './job-view.ts';

interface CronJobSpec {
  readonly schedule?: string;
  readonly timeZone?: string;
  readonly startingDeadlineSeconds?: number;
  readonly concurrencyPolicy?: string;
  readonly successfulJobsHistoryLimit?: number;
  readonly failedJobsHistoryLimit?: number;
  readonly jobTemplate?: { readonly spec?: JobSpec };
}

interface CronJob {
  readonly metadata: ObjectMeta;
  readonly spec?: CronJobSpec;
}

const specPath = field.path('spec');
/** Names of jobs add eleven characters. */
const nameLengthMax = 52;

export function validateCronJob(job: Readonly<KubeObject>): FieldError[] {
  const { metadata, spec = {} } = viewAs<CronJob>(job);
  const { name = '' } = metadata;
  const text = `must be no more than ${nameLengthMax} characters`;
  return [
    ...validateSpec(spec, undefined),
    ...(name.length > nameLengthMax ? [field.invalid('metadata.name', name, text)] : []),
  ];
}

export function validateCronJobUpdate(job: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  return validateSpec(viewAs<CronJob>(job).spec ?? {}, viewAs<CronJob>(old).spec ?? {});
}

function validateSpec(spec: CronJobSpec, before: CronJobSpec | undefined): FieldError[] {
  const { selector, manualSelector } = spec.jobTemplate?.spec ?? {};
  const templatePath = specPath.child('jobTemplate', 'spec');
  return [
    ...validateSchedule(spec, before?.schedule?.includes('TZ') ?? false),
    ...nonNegative(spec.startingDeadlineSeconds, specPath.child('startingDeadlineSeconds')),
    ...(before && before.timeZone === spec.timeZone ? [] : validateTimeZone(spec.timeZone)),
    ...requiredOneOf(spec.concurrencyPolicy, specPath.child('concurrencyPolicy'), ['Allow', 'Forbid', 'Replace']),
    ...validateJobSpec(spec.jobTemplate?.spec ?? {}, templatePath),
    ...(selector
      ? [field.invalid(templatePath.child('selector'), selectorJson(selector), '`selector` will be auto-generated')]
      : []),
    ...(manualSelector
      ? [field.notSupported(templatePath.child('manualSelector'), manualSelector, ['nil', 'false'])]
      : []),
    ...nonNegative(spec.successfulJobsHistoryLimit, specPath.child('successfulJobsHistoryLimit')),
    ...nonNegative(spec.failedJobsHistoryLimit, specPath.child('failedJobsHistoryLimit')),
  ];
}

function validateSchedule({ schedule = '', timeZone }: CronJobSpec, zoneAllowed: boolean): FieldError[] {
  const place = specPath.child('schedule');
  if (schedule === '') return [field.required(place, '')];
  const error = scheduleError(schedule);
  const errors = error === undefined ? [] : [field.invalid(place, schedule, error)];
  if (!schedule.includes('TZ')) return errors;
  if (!zoneAllowed) {
    const text = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    errors.push(field.invalid(place, schedule, text));
  } else if (timeZone !== undefined) {
    const text = 'cannot use both timeZone field and TZ or CRON_TZ in schedule';
    errors.push(field.invalid(place, schedule, text));
  }
  return errors;
}

const zonePart = /^[A-Za-z.\-_0-9+]{1,14}$/;

function validateTimeZone(timeZone: string | undefined): FieldError[] {
  if (timeZone === undefined) return [];
  const place = specPath.child('timeZone');
  const fail = (text: string) => [field.invalid(place, timeZone, text)];
  if (timeZone === '') return fail('timeZone must be nil or non-empty string');
  const parts = timeZone.split('/');
  if (parts.some((part) => part === '.' || part === '..' || part.startsWith('-') || !zonePart.test(part))) {
    return fail(`unknown time zone ${timeZone}`);
  }
  if (timeZone.toLowerCase() === 'local') {
    return fail('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  }
  return isTimeZone(timeZone) ? [] : fail(`unknown time zone ${timeZone}`);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
