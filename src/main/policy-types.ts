/** What the kinds are that policies are about, to the controller that checks their expressions: built-in ones, and custom resources. */
import type { GroupVersionKind, GroupVersionResource } from '../api/gvk.ts';
import { isJsonObject, type JsonObject } from '../api/json.ts';
import { objectAt, objectsAt, textAt } from '../api/json-fields.ts';
import type { KubeObject } from '../api/object.ts';
import type { Side } from '../api/side.ts';
import type { Client } from '../client/client.ts';
import type { ControllerContext } from '../controllers/builtin-controller.ts';
import { builtinResources, builtinSchema, schemaForKind } from '../schema/builtin/catalog.ts';
import { builtinType } from '../schema/cel/admission/builtin-type.ts';
import { checkPolicyTypes, type CheckedPolicy, type KnownKinds } from '../schema/cel/admission/type-check.ts';
import { schemaType, type SchemaType } from '../schema/cel/rules/schema-type.ts';
import { compileStructural } from '../schema/structural/structural-schema.ts';

const definitions: GroupVersionResource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
};

/** Asks the API server for custom resources' definitions where a policy is about other than built-in kinds. */
export function policyTypesOf<S extends Side>(client: Client<S>): NonNullable<ControllerContext<S>['checkPolicy']> {
  return async (policy) => {
    const checked = checkedPolicy(policy);
    const custom = needsDefinitions(checked) ? (await client.resource(definitions).list()).items : [];
    return checkPolicyTypes(checked, knownKinds(custom));
  };
}

function checkedPolicy(policy: Readonly<KubeObject>): CheckedPolicy {
  // Served objects are plain JSON, of the policy's type.
  const spec = policy['spec'] as unknown as JsonObject;
  const paramKind = objectAt(spec, 'paramKind');
  const rules = objectsAt(objectAt(spec, 'matchConstraints'), 'resourceRules');
  return {
    rules: rules,
    variables: objectsAt(spec, 'variables'),
    validations: objectsAt(spec, 'validations'),
    ...(paramKind
      ? { paramKind: { apiVersion: textAt(paramKind, 'apiVersion'), kind: textAt(paramKind, 'kind') } }
      : {}),
  };
}

function needsDefinitions({ rules, paramKind }: CheckedPolicy): boolean {
  const groups = [...rules.flatMap(({ apiGroups = [] }) => apiGroups), groupOf(paramKind?.apiVersion ?? '')];
  const builtin = new Set(builtinResources().map(({ group }) => group));
  return groups.some((group) => group !== '*' && !builtin.has(group));
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

function knownKinds(custom: readonly Readonly<KubeObject>[]): KnownKinds {
  const versions = custom.flatMap((definition) => servedVersions(definition['spec'] as unknown as JsonObject));
  return {
    kindsOf({ group, version, resource }) {
      const found = [
        ...builtinResources().map(({ plural, singular, ...gvk }) => ({ plural, singular, gvk })),
        ...versions,
      ].filter(
        ({ plural, singular, gvk }) =>
          gvk.version === version &&
          (plural === resource || singular === resource) &&
          (group === '' || gvk.group === group),
      );
      return found
        .map(({ gvk: { group: of, kind } }) => ({ group: of, version, kind }))
        .toSorted((left, right) => Number(right.group === group) - Number(left.group === group));
    },
    typeOf(wanted) {
      const builtin = schemaForKind(wanted);
      if (builtin) return builtinType(builtin);
      const found = versions.find(({ gvk }) => sameKind(gvk, wanted));
      if (!found) return 'unknown';
      return found.schema && publishedType(found.schema);
    },
  };
}

/** As OpenAPI has it: with the metadata that all objects have. */
function publishedType(schema: JsonObject): SchemaType | undefined {
  const type = schemaType(compileStructural(schema), true);
  const metadata = builtinType(builtinSchema('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'));
  if (type?.kind !== 'object' || !metadata) return type;
  return { ...type, fields: new Map([...type.fields, ['metadata', metadata]]) };
}

function sameKind(left: GroupVersionKind, right: GroupVersionKind): boolean {
  return left.group === right.group && left.version === right.version && left.kind === right.kind;
}

interface CustomVersion {
  readonly gvk: GroupVersionKind;
  readonly plural: string;
  readonly singular: string;
  /** Absent: none is known. */
  readonly schema?: JsonObject;
}

function servedVersions(spec: JsonObject): readonly CustomVersion[] {
  const names = objectAt(spec, 'names');
  const group = textAt(spec, 'group');
  return objectsAt(spec, 'versions').flatMap((version) => {
    if (version['served'] !== true) return [];
    const schema = objectAt(version, 'schema')?.['openAPIV3Schema'];
    return [
      {
        gvk: { group, version: textAt(version, 'name'), kind: textAt(names, 'kind') },
        plural: textAt(names, 'plural'),
        singular: textAt(names, 'singular'),
        ...(isJsonObject(schema) ? { schema } : {}),
      },
    ];
  });
}
