/** Mirrors apiextensions validation ValidateCustomResourceDefinitionSubresources. */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { objectAt, textAt } from '../../api/json-fields.ts';

export function validateSubresources(subresources: JsonObject | undefined, path: Path): FieldError[] {
  const scale = objectAt(subresources, 'scale');
  if (!scale) return [];
  const selector = textAt(scale, 'labelSelectorPath');
  return [
    ...validateReplicasPath(textAt(scale, 'specReplicasPath'), '.spec', path.child('scale.specReplicasPath')),
    ...validateReplicasPath(textAt(scale, 'statusReplicasPath'), '.status', path.child('scale.statusReplicasPath')),
    ...(selector === '' ? [] : validateSelectorPath(selector, path.child('scale.labelSelectorPath'))),
  ];
}

/** `text` is not empty. */
export function validateSimplePath(text: string, path: Path): FieldError[] {
  return text.startsWith('.') ? [] : [field.invalid(path, text, 'must be a simple json path starting with .')];
}

function validateReplicasPath(text: string, root: string, path: Path): FieldError[] {
  if (text === '') return [field.required(path, '')];
  const errors = validateSimplePath(text, path);
  if (errors.length > 0 || text.startsWith(`${root}.`)) return errors;
  return [field.invalid(path, text, `should be a json path under ${root}`)];
}

function validateSelectorPath(text: string, path: Path): FieldError[] {
  const errors = validateSimplePath(text, path);
  if (errors.length > 0 || /^\.(spec|status)\./.test(text)) return errors;
  return [field.invalid(path, text, 'should be a json path under either .spec or .status')];
}
