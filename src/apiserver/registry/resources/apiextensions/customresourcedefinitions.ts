/** Mirrors apiextensions-apiserver pkg/registry/customresourcedefinition/strategy.go. */
import { goQuote } from '../../../../api/go-text.ts';
import { isJsonObject, type JsonObject } from '../../../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../../../api/json-fields.ts';
import * as field from '../../../../api/field-error.ts';
import type { KubeObject } from '../../../../api/object.ts';
import type { DefinitionRules } from '../../../crd/definition-rules.ts';
import { defineResource } from '../../resource-definition.ts';

let rules: DefinitionRules | undefined;

export const customresourcedefinitions = defineResource({
  group: 'apiextensions.k8s.io',
  resource: 'customresourcedefinitions',
  // The rules of schemas and their patterns: most clusters never write a definition.
  async begin(verb) {
    if (verb !== 'create' && verb !== 'update' && verb !== 'patch') return;
    rules ??= (await import('../../../crd/definition-rules.ts')).definitionRules;
  },
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
      const misnamed = name !== '' && name !== loaded().requiredName(object);
      const text = 'must be spec.names.plural+"."+spec.group';
      return [
        ...(misnamed ? [field.invalid(field.path('metadata', 'name'), name, text)] : []),
        ...loaded().validate(object),
      ];
    },
    prepareForUpdate(object) {
      const stored = storageVersionOf(object);
      const status = isJsonObject(object['status']) ? object['status'] : {};
      const before = Array.isArray(status['storedVersions']) ? status['storedVersions'] : [];
      if (stored === '' || before.includes(stored)) return;
      object['status'] = { ...status, storedVersions: [...before, stored] };
    },
    validateUpdate: (object, old) => loaded().validateUpdate(object, old),
    validateStatusUpdate: (object) => loaded().validateStatus(object),
    warnings(object, old) {
      const before = new Set(old ? loaded().unknownFormats(old) : []);
      return loaded()
        .unknownFormats(object)
        .filter((format) => !before.has(format))
        .map((format) => `unrecognized format ${goQuote(format)}`);
    },
  },
});

function loaded(): DefinitionRules {
  if (!rules) throw new Error('a write of a definition must begin before it is validated');
  return rules;
}

function storageVersionOf(object: Readonly<KubeObject>): string {
  // Objects are plain JSON.
  const versions = objectsAt(objectAt(object as JsonObject, 'spec'), 'versions');
  return textAt(
    versions.find((version) => version['storage'] === true),
    'name',
  );
}
