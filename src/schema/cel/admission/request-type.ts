/**
 * The types of `request` and `namespaceObject`. Mirrors apiserver pkg/admission/plugin/cel BuildRequestType and BuildNamespaceType; a few
 * fields have names there that no object has.
 */
import {
  boolType,
  dynType,
  intType,
  listType,
  mapType,
  stringType,
  structType,
  timestampType,
  type CelType,
} from '../cel-type.ts';

export const requestType = structType('kubernetes.AdmissionRequest');
export const namespaceType = structType('kubernetes.Namespace');

const kindType = structType('kubernetes.GroupVersionKind');
const resourceType = structType('kubernetes.GroupVersionResource');
const userInfoType = structType('kubernetes.UserInfo');
const metadataType = structType('kubernetes.NamespaceMetadata');
const specType = structType('kubernetes.NamespaceSpec');
const statusType = structType('kubernetes.NamespaceStatus');
const conditionType = structType('kubernetes.NamespaceCondition');
const texts = listType(stringType);
const textMap = mapType(stringType, stringType);

type Fields = readonly (readonly [type: CelType, fields: Readonly<Record<string, CelType>>])[];

const requestFields: Fields = [
  [kindType, { group: stringType, version: stringType, kind: stringType }],
  [resourceType, { group: stringType, version: stringType, resource: stringType }],
  [userInfoType, { username: stringType, uid: stringType, groups: texts, extra: mapType(stringType, texts) }],
  [
    requestType,
    {
      kind: kindType,
      resource: resourceType,
      subResource: stringType,
      requestKind: kindType,
      requestResource: resourceType,
      requestSubResource: stringType,
      name: stringType,
      namespace: stringType,
      operation: stringType,
      userInfo: userInfoType,
      dryRun: boolType,
      options: dynType,
    },
  ],
];

const namespaceFields: Fields = [
  [specType, { finalizers: texts }],
  [
    conditionType,
    {
      status: stringType,
      type: stringType,
      lastTransitionTime: timestampType,
      message: stringType,
      reason: stringType,
    },
  ],
  [statusType, { conditions: listType(conditionType), phase: stringType }],
  [
    metadataType,
    {
      name: stringType,
      generateName: stringType,
      namespace: stringType,
      labels: textMap,
      annotations: textMap,
      UID: stringType,
      creationTimestamp: timestampType,
      deletionGracePeriodSeconds: intType,
      deletionTimestamp: timestampType,
      generation: intType,
      resourceVersion: stringType,
      finalizers: texts,
    },
  ],
  [namespaceType, { metadata: metadataType, spec: specType, status: statusType }],
];

/** Of all types that are in the two. */
export function admissionFields(): ReadonlyMap<string, ReadonlyMap<string, CelType>> {
  return new Map(
    [...requestFields, ...namespaceFields].map(([{ name }, fields]) => [name, new Map(Object.entries(fields))]),
  );
}
