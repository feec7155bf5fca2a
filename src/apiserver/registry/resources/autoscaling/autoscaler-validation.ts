/** Mirrors ValidateHorizontalPodAutoscaler, its update and its status update, v1.36. Objects are in version 2. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { parseApiVersion } from '../../../../api/gvk.ts';
import { pathSegmentNameRule } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { messages, nonNegative, nonNegativeQuantity, oneOf, positive } from '../checks.ts';
import { viewAs } from '../view.ts';
import { validateMetric, type MetricSpec, type ObjectReference } from './metric-validation.ts';

interface ScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: string;
  readonly tolerance?: string;
  readonly policies?: readonly { readonly type?: string; readonly value?: number; readonly periodSeconds?: number }[];
}

interface HorizontalPodAutoscaler {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly scaleTargetRef?: ObjectReference;
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
    readonly metrics?: readonly MetricSpec[];
    readonly behavior?: { readonly scaleUp?: ScalingRules; readonly scaleDown?: ScalingRules };
  };
  readonly status?: { readonly currentReplicas?: number; readonly desiredReplicas?: number };
}

const specPath = field.path('spec');
const stabilizationSecondsMax = 3600;
const periodSecondsMax = 1800;
const scalingToZeroText = 'must specify at least one Object or External metric to support scaling to zero replicas';

export function validateAutoscaler(autoscaler: Readonly<KubeObject>, old?: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<HorizontalPodAutoscaler>(autoscaler);
  const { scaleTargetRef: target = {}, minReplicas, maxReplicas = 0, metrics = [], behavior = {} } = spec;
  const before = old && viewAs<HorizontalPodAutoscaler>(old).spec;
  const targetPath = specPath.child('scaleTargetRef');
  const metricsPath = specPath.child('metrics');
  // What was wrong before may stay.
  const knownTarget =
    before?.scaleTargetRef?.apiVersion === target.apiVersion && before?.scaleTargetRef?.kind === target.kind;
  const wrongBefore = before?.metrics?.some(({ object }) => !isVersion(object?.describedObject ?? {})) ?? false;
  return [
    ...validateReplicas(minReplicas, maxReplicas, before?.minReplicas === 0 ? 0 : 1),
    ...validateReference(target, targetPath),
    ...(old && knownTarget ? [] : validateVersion(target, targetPath, target.kind !== 'ReplicationController')),
    ...metrics.flatMap((metric, index) =>
      validateMetric(metric, metricsPath.index(index), (reference, path) => [
        ...validateReference(reference, path),
        ...(wrongBefore ? [] : validateVersion(reference, path, false)),
      ]),
    ),
    ...(minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')
      ? [field.forbidden(metricsPath, scalingToZeroText)]
      : []),
    ...validateRules(behavior.scaleUp, specPath.child('behavior', 'scaleUp')),
    ...validateRules(behavior.scaleDown, specPath.child('behavior', 'scaleDown')),
  ];
}

export function validateAutoscalerStatus(autoscaler: Readonly<KubeObject>): FieldError[] {
  const { status = {} } = viewAs<HorizontalPodAutoscaler>(autoscaler);
  return [
    ...nonNegative(status.currentReplicas, field.path('status', 'currentReplicas')),
    ...nonNegative(status.desiredReplicas, field.path('status', 'desiredReplicas')),
  ];
}

/** `lowest`: scaling to zero is not on by default. */
function validateReplicas(min: number | undefined, max: number, lowest: 0 | 1): FieldError[] {
  const path = specPath.child('maxReplicas');
  const errors: FieldError[] = [];
  if (min !== undefined && min < lowest) {
    errors.push(field.invalid(specPath.child('minReplicas'), min, `must be greater than or equal to ${lowest}`));
  }
  if (max === 0) errors.push(field.required(path, 'must be set and greater than 0'));
  else if (max < 0) errors.push(field.invalid(path, max, 'must be greater than or equal to 1'));
  if (min !== undefined && max < min) {
    errors.push(field.invalid(path, max, 'must be greater than or equal to `minReplicas`'));
  }
  return errors;
}

function validateReference({ kind = '', name = '' }: ObjectReference, path: Path): FieldError[] {
  const segment = (value: string, place: Path): FieldError[] =>
    value === '' ? [field.required(place, '')] : messages(place, value, pathSegmentNameRule(value, false));
  return [...segment(kind, path.child('kind')), ...segment(name, path.child('name'))];
}

function validateVersion(reference: ObjectReference, path: Path, groupRequired: boolean): FieldError[] {
  const { apiVersion = '' } = reference;
  const place = path.child('apiVersion');
  if (!isVersion(reference)) {
    return [field.invalid(place, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  }
  if (!groupRequired || (parseApiVersion(apiVersion)?.group ?? '') !== '') return [];
  return [field.invalid(place, apiVersion, 'apiVersion must specify API group')];
}

function isVersion({ apiVersion = '' }: ObjectReference): boolean {
  return apiVersion === '' || apiVersion === '/' || parseApiVersion(apiVersion) !== undefined;
}

function validateRules(rules: ScalingRules | undefined, path: Path): FieldError[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: seconds, policies = [], tolerance } = rules;
  const secondsPath = path.child('stabilizationWindowSeconds');
  const policiesPath = path.child('policies');
  const errors: FieldError[] = [];
  if (seconds !== undefined && seconds < 0) {
    errors.push(field.invalid(secondsPath, seconds, 'must be greater than or equal to zero'));
  }
  if (seconds !== undefined && seconds > stabilizationSecondsMax) {
    errors.push(field.invalid(secondsPath, seconds, `must be less than or equal to ${stabilizationSecondsMax}`));
  }
  errors.push(...oneOf(rules.selectPolicy, path.child('selectPolicy'), ['Disabled', 'Max', 'Min']));
  if (policies.length === 0) errors.push(field.required(policiesPath, 'must specify at least one Policy'));
  for (const [index, { type = '', value = 0, periodSeconds = 0 }] of policies.entries()) {
    const place = policiesPath.index(index);
    errors.push(
      ...oneOf(type, place.child('type'), ['Percent', 'Pods']),
      ...positive(value, place.child('value')),
      ...positive(periodSeconds, place.child('periodSeconds')),
    );
    if (periodSeconds > periodSecondsMax) {
      const text = `must be less than or equal to ${periodSecondsMax}`;
      errors.push(field.invalid(place.child('periodSeconds'), periodSeconds, text));
    }
  }
  return [...errors, ...(tolerance === undefined ? [] : nonNegativeQuantity(tolerance, path.child('tolerance')))];
}
