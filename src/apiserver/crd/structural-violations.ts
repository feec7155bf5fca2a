/** Why a definition's schemas are not structural. Mirrors apiextensions-apiserver pkg/controller/nonstructuralschema calculateCondition. */
import * as field from '../../api/field-error.ts';
import type { FieldError } from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { objectAt, objectsAt } from '../../api/json-fields.ts';
import { validateStructural } from './validate-structural.ts';

const root = field.path('spec');

export function structuralViolations(spec: JsonObject): FieldError[] {
  const preserves = spec['preserveUnknownFields'] === true;
  const errors = preserves ? [field.invalid(root.child('preserveUnknownFields'), true, 'must be false')] : [];
  const versions = objectsAt(spec, 'versions').flatMap((version, index) => {
    const schema = objectAt(objectAt(version, 'schema'), 'openAPIV3Schema');
    const path = root.child('versions').index(index).child('schema', 'openAPIV3Schema');
    return schema ? validateStructural(schema, path) : [];
  });
  return [...errors, ...versions];
}
