/** The numbers and the selector that a custom resource's `/scale` shows. Mirrors apiextensions-apiserver registry/customresource. */
import * as field from '../../api/field-error.ts';
import type { FieldError } from '../../api/field-error.ts';
import { goTypeText, goValueText } from '../../api/go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ScalePaths } from '../registry/resource-definition.ts';
import type { ScaleSubresource } from './definition.ts';

const int32Max = 2 ** 31 - 1;

/** For the verb that reads and writes scales. */
export function scalePaths({ specReplicasPath, statusReplicasPath, labelSelectorPath }: ScaleSubresource): ScalePaths {
  return {
    specReplicas: specReplicasPath,
    statusReplicas: statusReplicasPath,
    selector(object) {
      const found = labelSelectorPath === '' ? undefined : valueAt(object, labelSelectorPath, 'string');
      return found?.ok && typeof found.value === 'string' ? found.value : '';
    },
  };
}

/** Of the whole object. */
export function validateScaleSpec(object: Readonly<KubeObject>, scale: ScaleSubresource | undefined): FieldError[] {
  return scale ? validateReplicas(object, scale.specReplicasPath) : [];
}

export function validateScaleStatus(object: Readonly<KubeObject>, scale: ScaleSubresource | undefined): FieldError[] {
  if (!scale) return [];
  const errors = validateReplicas(object, scale.statusReplicasPath);
  const { labelSelectorPath } = scale;
  if (labelSelectorPath === '') return errors;
  const found = valueAt(object, labelSelectorPath, 'string');
  return found.ok ? errors : [...errors, field.invalid(labelSelectorPath, '', found.error)];
}

function validateReplicas(object: Readonly<KubeObject>, path: string): FieldError[] {
  const found = valueAt(object, path, 'int64');
  if (!found.ok) return [field.invalid(path, 0, found.error)];
  const value = typeof found.value === 'number' ? found.value : 0;
  if (value < 0) return [field.invalid(path, value, 'should be a non-negative integer')];
  if (value > int32Max) return [field.invalid(path, value, `should be less than or equal to ${int32Max}`)];
  return [];
}

type Found =
  | { readonly ok: true; readonly value: JsonValue | undefined }
  | { readonly ok: false; readonly error: string };

/** Mirrors unstructured.NestedInt64 and NestedString. */
function valueAt(object: Readonly<KubeObject>, path: string, type: 'int64' | 'string'): Found {
  // Objects are plain JSON.
  let value: JsonValue = object as JsonObject;
  const names = path.replace(/^\./, '').split('.');
  const wrong = (depth: number, expected: string): Found => ({
    ok: false,
    error: `.${names.slice(0, depth).join('.')} accessor error: ${goValueText(value)} is of the type ${goTypeText(value)}, expected ${expected}`,
  });
  for (const [index, name] of names.entries()) {
    if (value === null) return { ok: true, value: undefined };
    if (!isJsonObject(value)) return wrong(index, 'map[string]interface {}');
    if (!Object.hasOwn(value, name)) return { ok: true, value: undefined };
    value = value[name] ?? null;
  }
  const fits = type === 'string' ? typeof value === 'string' : Number.isInteger(value);
  return fits ? { ok: true, value } : wrong(names.length, type);
}
