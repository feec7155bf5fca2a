/** A bootstrap object as it is stored first: with the metadata of the system, and the fields that the API server itself manages. */
import type { JsonObject } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';

/** Mirrors what upstream's managed fields say of its own bootstrap; a test compares. `time` in RFC 3339. */
export function withManagedFields(object: Readonly<KubeObject>, uid: string, time: string): KubeObject {
  const { kind, apiVersion, metadata, ...fields } = object;
  const { name = '', namespace, labels = {}, annotations = {} } = metadata;
  const managed = {
    manager: 'kube-apiserver',
    operation: 'Update',
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: {
      ...('aggregationRule' in fields ? { 'f:aggregationRule': { '.': {}, 'f:clusterRoleSelectors': {} } } : {}),
      'f:metadata': { 'f:annotations': fieldsOfMap(annotations), 'f:labels': fieldsOfMap(labels) },
      ...Object.fromEntries(
        ['roleRef', 'rules', 'subjects']
          .filter((field) => field in fields && fields[field] !== null)
          .map((field) => [`f:${field}`, {}]),
      ),
    },
  };
  return {
    kind,
    apiVersion,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      creationTimestamp: time,
      labels,
      annotations,
      managedFields: [managed],
    },
    ...fields,
  };
}

function fieldsOfMap(map: Readonly<Record<string, string>>): JsonObject {
  return { '.': {}, ...Object.fromEntries(Object.keys(map).map((key) => [`f:${key}`, {}])) };
}
