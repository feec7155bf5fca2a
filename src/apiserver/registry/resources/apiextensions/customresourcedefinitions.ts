/** Mirrors apiextensions-apiserver pkg/registry/customresourcedefinition/strategy.go. */
import { goQuote } from '../../../../api/go-text.ts';
import { isJsonObject, type JsonObject } from '../../../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../../../api/json-fields.ts';
import * as field from '../../../../api/field-error.ts';
import type { KubeObject } from '../../../../api/object.ts';
import {
  requiredDefinitionName,
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from '../../../crd/definition-validation.ts';
import { unknownFormats } from '../../../crd/unknown-formats.ts';
import { defineResource } from '../../resource-definition.ts';

export const customresourcedefinitions = defineResource({
  group: 'apiextensions.k8s.io',
  resource: 'customresourcedefinitions',
  strategy: {
    allowUnconditionalUpdate: false,
    tracksGeneration: true,
    generationFields: ['spec'],
    prepareForCreate(object) {
      const stored = storageVersionOf(object);
      object['status'] = stored === '' ? {} : { storedVersions: [stored] };
    },
    validate(object) {
      const name = object.metadata.name ?? '';
      const misnamed = name !== '' && name !== requiredDefinitionName(object);
      const text = 'must be spec.names.plural+"."+spec.group';
      return [
        ...(misnamed ? [field.invalid(field.path('metadata', 'name'), name, text)] : []),
        ...validateDefinition(object),
      ];
    },
    prepareForUpdate(object) {
      const stored = storageVersionOf(object);
      const status = isJsonObject(object['status']) ? object['status'] : {};
      const before = Array.isArray(status['storedVersions']) ? status['storedVersions'] : [];
      if (stored === '' || before.includes(stored)) return;
      object['status'] = { ...status, storedVersions: [...before, stored] };
    },
    validateUpdate: validateDefinitionUpdate,
    validateStatusUpdate: validateDefinitionStatus,
    warnings(object, old) {
      const before = new Set(old ? unknownFormats(old) : []);
      return unknownFormats(object)
        .filter((format) => !before.has(format))
        .map((format) => `unrecognized format ${goQuote(format)}`);
    },
  },
});

function storageVersionOf(object: Readonly<KubeObject>): string {
  // Objects are plain JSON.
  const versions = objectsAt(objectAt(object as JsonObject, 'spec'), 'versions');
  return textAt(
    versions.find((version) => version['storage'] === true),
    'name',
  );
}
