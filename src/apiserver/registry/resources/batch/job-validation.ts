/** Mirrors ValidateJob, ValidateJobUpdate and validateJobSpec, v1.36. Not checked: the rules of success policies. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { equalJson, type JsonObject } from '../../../../api/json.ts';
import { matchesLabels } from '../../../../api/label-requirement.ts';
import { validateLabelSelector } from '../../../../api/label-selector.ts';
import { dns1123Label } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, nonNegative, oneOf } from '../checks.ts';
import { requirementsOf, selectorJson, validateTemplate } from '../core/validation/pod-template.ts';
import { objectAt } from '../../../../api/json-fields.ts';
import { jsonOf, takeField } from '../fields.ts';
import { viewAs } from '../view.ts';
import { validateFailurePolicy } from './failure-policy.ts';
import type { JobSpec } from './job-view.ts';

interface Job {
  readonly metadata: ObjectMeta;
  readonly spec?: JobSpec;
}

const specPath = field.path('spec');

export function validateJob(job: Readonly<KubeObject>): FieldError[] {
  const { metadata, spec = {} } = viewAs<Job>(job);
  const { name = '' } = metadata;
  const errors = [...validateGeneratedSelector(metadata, spec), ...validateWithSelector(spec)];
  const last = `${name}-${(spec.completions ?? 0) - 1}`;
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 0 && dns1123Label(last).length > 0) {
    const text = `will not able to create pod with invalid DNS label: ${last}`;
    errors.push(field.invalid('metadata.name', name, text));
  }
  return errors;
}

export function validateJobUpdate(job: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<Job>(job);
  const { spec: before = {} } = viewAs<Job>(old);
  const now = objectAt(jsonOf(job), 'spec') ?? {};
  const was = objectAt(jsonOf(old), 'spec') ?? {};
  const same = (name: string) => immutable(now[name], was[name], specPath.child(name));
  return [
    ...validateJob(job),
    ...validateWithSelector(spec),
    ...validateCompletions(spec, before),
    ...same('selector'),
    ...validateTemplateUpdate(now, was, spec, before),
    ...['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'].flatMap(same),
  ];
}

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;
const indexedParallelismMax = 100_000;

/** Of jobs, and of those that CronJobs make. */
export function validateJobSpec(spec: JobSpec, path: Path): FieldError[] {
  const template = spec.template ?? {};
  return [
    ...counts.flatMap((name) => nonNegative(spec[name], path.child(name))),
    ...(spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined
      ? [field.required(path.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified')]
      : []),
    ...validateMode(spec, path),
    ...(spec.podFailurePolicy
      ? validateFailurePolicy(spec.podFailurePolicy, spec, path.child('podFailurePolicy'))
      : []),
    ...oneOf(
      spec.podReplacementPolicy,
      path.child('podReplacementPolicy'),
      spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'],
    ),
    ...validateTemplate(template, path.child('template')),
    ...validateRestartPolicy(spec, path.child('template', 'spec', 'restartPolicy')),
  ];
}

function validateMode(spec: JobSpec, path: Path): FieldError[] {
  const { completionMode = 'NonIndexed', completions, parallelism = 0, maxFailedIndexes } = spec;
  const errors = oneOf(completionMode, path.child('completionMode'), ['NonIndexed', 'Indexed']);
  if (completionMode === 'Indexed') {
    if (completions === undefined) {
      errors.push(field.required(path.child('completions'), 'when completion mode is Indexed'));
    }
    if (parallelism > indexedParallelismMax) {
      const text = `must be less than or equal to ${indexedParallelismMax} when completion mode is Indexed`;
      errors.push(field.invalid(path.child('parallelism'), parallelism, text));
    }
    if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions) {
      const text = 'must be less than or equal to completions';
      errors.push(field.invalid(path.child('maxFailedIndexes'), maxFailedIndexes, text));
    }
  }
  if (completionMode === 'NonIndexed') {
    for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      const value = spec[name];
      if (value !== undefined) errors.push(field.invalid(path.child(name), value, 'requires indexed completion mode'));
    }
  }
  return errors;
}

function validateRestartPolicy({ template, podFailurePolicy }: JobSpec, path: Path): FieldError[] {
  const policy = template?.spec?.restartPolicy ?? '';
  if (policy === 'Always' || policy === '') return [field.required(path, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') {
    return [field.notSupported(path, policy, ['OnFailure', 'Never'])];
  }
  if (!podFailurePolicy || policy === 'Never') return [];
  return [field.invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified')];
}

function validateWithSelector(spec: JobSpec): FieldError[] {
  const errors = validateJobSpec(spec, specPath);
  const { selector } = spec;
  if (!selector) return [...errors, field.required(specPath.child('selector'), '')];
  errors.push(...validateLabelSelector(selector, specPath.child('selector')));
  const labels = spec.template?.metadata?.labels;
  const requirements = requirementsOf(selector);
  if (requirements === 'invalid' || matchesLabels(requirements, labels)) return errors;
  const text = '`selector` does not match template `labels`';
  const place = specPath.child('template', 'metadata', 'labels');
  return [...errors, field.invalid(place, labels ? { ...labels } : null, text)];
}

/** What the system makes of a job's uid must not be anything else. */
function validateGeneratedSelector({ uid = '', name = '' }: ObjectMeta, spec: JobSpec): FieldError[] {
  if (spec.manualSelector || !spec.selector) return [];
  const labels = spec.template?.metadata?.labels ?? {};
  const expected = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  };
  const errors = Object.entries(expected).flatMap(([key, value]) => {
    if (labels[key] === value) return [];
    const place = specPath.child('template', 'metadata', 'labels').key(key);
    return [field.invalid(place, { ...labels }, `must be '${value}'`)];
  });
  const requirements = requirementsOf(spec.selector);
  if (requirements === 'invalid' || matchesLabels(requirements, expected)) return errors;
  const text = '`selector` not auto-generated';
  return [...errors, field.invalid(specPath.child('selector'), selectorJson(spec.selector), text)];
}

function validateCompletions(spec: JobSpec, before: JobSpec): FieldError[] {
  const place = specPath.child('completions');
  if (spec.completionMode !== 'Indexed') return immutable(spec.completions, before.completions, place);
  const { completions } = spec;
  if (completions === undefined || completions === before.completions || completions === spec.parallelism) return [];
  return [field.invalid(place, completions, 'can only be modified in tandem with spec.parallelism')];
}

/** Where a suspended job that never started may run can still change. */
function validateTemplateUpdate(now: JsonObject, was: JsonObject, spec: JobSpec, before: JobSpec): FieldError[] {
  const template = objectAt(now, 'template') ?? {};
  const old = structuredClone(objectAt(was, 'template') ?? {});
  if (before.suspend && spec.suspend !== undefined) {
    const podSpec = objectAt(template, 'spec');
    const oldSpec = objectAt(old, 'spec');
    for (const name of ['nodeSelector', 'tolerations', 'schedulingGates', 'affinity']) {
      if (oldSpec) takeField(oldSpec, podSpec, name);
    }
    const oldMeta = objectAt(old, 'metadata');
    for (const name of ['labels', 'annotations']) {
      if (oldMeta) takeField(oldMeta, objectAt(template, 'metadata'), name);
    }
  }
  if (equalJson(template, old)) return [];
  // Upstream shows its internal struct here; this is the API's form.
  return [field.invalid(specPath.child('template'), template, 'field is immutable')];
}
