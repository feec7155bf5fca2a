/** Mirrors ValidateStatefulSetSpec and ValidateStatefulSetUpdate, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { equalJson } from '../../../../api/json.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { label, nonNegative, oneOf } from '../checks.ts';
import { validateClaimSpec } from '../core/validation/claim-spec.ts';
import {
  requirementsOf,
  selectorJson,
  validateRestarted,
  validateSelected,
  validateTemplate,
  validateWorkloadSelector,
} from '../core/validation/pod-template.ts';
import type { TemplateView } from '../core/validation/pod-spec-view.ts';
import { objectAt } from '../../../../api/json-fields.ts';
import { jsonOf, takeField } from '../fields.ts';
import { viewAs } from '../view.ts';
import { atMostAll, intOrPercent, magnitude } from './percentages.ts';
import type { UpdateStrategy, Workload, WorkloadSpec } from './workload-view.ts';

const specPath = field.path('spec');

export function validateStatefulSet(set: Readonly<KubeObject>): FieldError[] {
  return validateSpec(viewAs<Workload>(set).spec ?? {}, true);
}

const mutableFields = [
  'replicas',
  'template',
  'updateStrategy',
  'minReadySeconds',
  'ordinals',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
];
const mutableText =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

export function validateStatefulSetUpdate(set: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const now = structuredClone(objectAt(jsonOf(set), 'spec') ?? {});
  const was = objectAt(jsonOf(old), 'spec') ?? {};
  for (const name of mutableFields) takeField(now, was, name);
  return [
    ...validateSpec(viewAs<Workload>(set).spec ?? {}, false),
    ...(equalJson(now, was) ? [] : [field.forbidden(specPath, mutableText)]),
  ];
}

/** `fresh`: what can't change later is checked too. */
function validateSpec(spec: WorkloadSpec, fresh: boolean): FieldError[] {
  const { podManagementPolicy: policy = '', serviceName = '' } = spec;
  const policyPath = specPath.child('podManagementPolicy');
  return [
    ...(policy === ''
      ? [field.required(policyPath, '')]
      : policy === 'OrderedReady' || policy === 'Parallel'
        ? []
        : [field.invalid(policyPath, policy, "must be 'OrderedReady' or 'Parallel'")]),
    ...validateStrategy(spec.updateStrategy ?? {}, specPath.child('updateStrategy')),
    ...validateRetention(
      spec.persistentVolumeClaimRetentionPolicy,
      specPath.child('persistentVolumeClaimRetentionPolicy'),
    ),
    ...(fresh ? validateClaims(spec, specPath.child('volumeClaimTemplates')) : []),
    ...nonNegative(spec.replicas, specPath.child('replicas')),
    ...nonNegative(spec.minReadySeconds, specPath.child('minReadySeconds')),
    ...nonNegative(spec.ordinals?.start, specPath.child('ordinals.start')),
    ...(fresh && serviceName !== '' ? label(serviceName, specPath.child('serviceName')) : []),
    ...validateSelection(spec),
  ];
}

function validateSelection(spec: WorkloadSpec): FieldError[] {
  const { selector } = spec;
  const place = specPath.child('selector');
  const templatePath = specPath.child('template');
  const template = withClaims(spec);
  const errors = validateWorkloadSelector(selector, 'statefulset', place);
  const requirements = requirementsOf(selector);
  if (requirements === 'invalid') errors.push(field.invalid(place, selectorJson(selector), ''));
  else {
    errors.push(...validateSelected(requirements, template, templatePath));
    errors.push(...validateTemplate(template, templatePath));
  }
  return [...errors, ...validateRestarted(template, 'StatefulSet', templatePath)];
}

/** The pods' volumes are those of their claims, then their own; hostname and subdomain are set per pod. */
function withClaims({ template = {}, volumeClaimTemplates = [] }: WorkloadSpec): TemplateView {
  const { hostname: _, subdomain: __, ...spec } = template.spec ?? {};
  const names = new Set(volumeClaimTemplates.map(({ metadata }) => metadata?.name ?? ''));
  const claims = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const volumes = [...claims, ...(spec.volumes ?? []).filter(({ name = '' }) => !names.has(name))];
  return { ...template, spec: { ...spec, ...(volumes.length > 0 ? { volumes } : {}) } };
}

function validateStrategy({ type = '', rollingUpdate }: UpdateStrategy, path: Path): FieldError[] {
  const place = path.child('rollingUpdate');
  if (type === '') return [field.required(path, '')];
  const shown = rollingUpdate
    ? { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: rollingUpdate.maxUnavailable ?? null }
    : null;
  if (type === 'OnDelete') {
    return shown ? [field.invalid(place, shown, "only allowed for updateStrategy 'RollingUpdate'")] : [];
  }
  if (type !== 'RollingUpdate') {
    const strategy = { Type: type, RollingUpdate: shown };
    return [field.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  const { partition, maxUnavailable } = rollingUpdate ?? {};
  const unavailablePath = place.child('maxUnavailable');
  return [
    ...nonNegative(partition, place.child('partition')),
    ...(maxUnavailable === undefined
      ? []
      : [
          ...intOrPercent(maxUnavailable, unavailablePath),
          ...(magnitude(maxUnavailable) === 0 ? [field.invalid(unavailablePath, maxUnavailable, 'cannot be 0')] : []),
          ...atMostAll(maxUnavailable, unavailablePath),
        ]),
  ];
}

function validateRetention(policy: WorkloadSpec['persistentVolumeClaimRetentionPolicy'], path: Path): FieldError[] {
  if (!policy) return [];
  return [
    ...oneOf(policy.whenDeleted ?? '', path.child('whenDeleted'), ['Retain', 'Delete']),
    ...oneOf(policy.whenScaled ?? '', path.child('whenScaled'), ['Retain', 'Delete']),
  ];
}

function validateClaims({ volumeClaimTemplates = [] }: WorkloadSpec, path: Path): FieldError[] {
  return volumeClaimTemplates.flatMap(({ spec = {} }, index) =>
    validateClaimSpec(spec, path.index(index).child('spec')),
  );
}
