/** Mirrors ValidateRuntimeClass and its update, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { validateLabels } from '../../../../api/label-selector.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { immutable, label } from '../checks.ts';
import type { Toleration } from '../core/validation/pod-spec-view.ts';
import { validateContainerResources } from '../core/validation/resources.ts';
import { validateTolerations } from '../core/validation/tolerations.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';

interface RuntimeClass {
  readonly metadata: ObjectMeta;
  readonly handler?: string;
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, string>> };
  readonly scheduling?: {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly Toleration[];
  };
}

export function validateRuntimeClass(object: Readonly<KubeObject>): FieldError[] {
  const { handler = '', overhead, scheduling } = viewAs<RuntimeClass>(object);
  const limits = overhead?.podFixed ?? {};
  return [
    ...(handler === '' ? [field.required('handler', '')] : label(handler, 'handler')),
    ...validateContainerResources({ limits }, new Set(), field.path('overhead')),
    ...validateScheduling(scheduling ?? {}, field.path('scheduling')),
  ];
}

export function validateRuntimeClassUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  return immutable(jsonOf(object)['handler'], jsonOf(old)['handler'], 'handler');
}

function validateScheduling(scheduling: NonNullable<RuntimeClass['scheduling']>, path: Path): FieldError[] {
  const { nodeSelector = {}, tolerations = [] } = scheduling;
  const place = path.child('tolerations');
  const seen = new Set<string>();
  const repeated = tolerations.flatMap((toleration, index) => {
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    // As upstream's internal struct is shown.
    const shown = {
      Key: key,
      Operator: operator,
      Value: value,
      Effect: effect,
      TolerationSeconds: toleration.tolerationSeconds ?? null,
    };
    const identity = JSON.stringify([key, operator, value, effect]);
    const duplicate = seen.has(identity) ? [field.duplicate(place.index(index), shown)] : [];
    seen.add(identity);
    return duplicate;
  });
  return [
    ...validateLabels(nodeSelector, path.child('nodeSelector')),
    ...validateTolerations(tolerations, place),
    ...repeated,
  ];
}
