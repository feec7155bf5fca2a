/**
 * What a definition may say. Mirrors apiextensions validation ValidateCustomResourceDefinition and its Update: what was already wrong in
 * the stored definition is not held against an update.
 */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import { equalJson, type JsonObject } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { dns1035Label, dns1123Subdomain } from '../../api/names.ts';
import type { KubeObject } from '../../api/object.ts';
import { approvalAnnotation, approvalOf, isProtectedGroup } from './api-approval.ts';
import { validateColumn } from './column-validation.ts';
import { isTrue } from './conditions.ts';
import { validateConversion } from './conversion-validation.ts';
import { textsAt } from './definition.ts';
import { internalSpec, openApiSchema, schemasOf, type InternalSpec, type VersionParts } from './internal-spec.ts';
import { hasInvalidType, hasNonAtomicSet } from './schema-validation.ts';
import { schemaHas } from './schema-visit.ts';
import { validateSelectableFields } from './selectable-field-validation.ts';
import { validateSubresources } from './subresource-validation.ts';
import { validateMapListKeys } from './list-schema-validation.ts';
import { hasUnprunedDefaults, validateVersionSchema, type VersionSchemaOptions } from './version-schema-validation.ts';
import { validateStructural } from './validate-structural.ts';

interface Options extends VersionSchemaOptions {
  readonly requireSchemas: boolean;
  readonly requireKnownReviewVersion: boolean;
  readonly requireImmutableNames: boolean;
  readonly allowBadAuthorities: boolean;
}

const root = field.path('spec');

export function validateDefinition(object: Readonly<KubeObject>): FieldError[] {
  const { spec, status } = partsOf(object);
  const options: Options = {
    requireSchemas: true,
    requireStructural: true,
    requirePrunedDefaults: true,
    requireValidType: true,
    requireAtomicSets: true,
    requireMapListKeys: true,
    requireKnownReviewVersion: true,
    requireImmutableNames: false,
    allowBadAuthorities: true,
  };
  return [...validateSpec(internalSpec(spec), options), ...validateRest(object, spec, status, undefined)];
}

export function validateDefinitionUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const { spec, status } = partsOf(object);
  const before = partsOf(old);
  const options = updateOptions(internalSpec(before.spec), before.spec, before.status);
  return [
    ...validateSpec(internalSpec(spec), options),
    ...(options.requireImmutableNames
      ? [
          ...immutable(textAt(spec, 'scope'), textAt(before.spec, 'scope'), root.child('scope')),
          ...immutable(nameAt(spec, 'kind'), nameAt(before.spec, 'kind'), root.child('names', 'kind')),
        ]
      : []),
    ...immutable(textAt(spec, 'group'), textAt(before.spec, 'group'), root.child('group')),
    ...immutable(nameAt(spec, 'plural'), nameAt(before.spec, 'plural'), root.child('names', 'plural')),
    ...validateRest(object, spec, status, old),
  ];
}

/** Of a write of `/status`. */
export function validateDefinitionStatus(object: Readonly<KubeObject>): FieldError[] {
  return validateNames(objectAt(partsOf(object).status, 'acceptedNames'), field.path('status', 'acceptedNames'));
}

/** The name that a definition must have. */
export function requiredDefinitionName(object: Readonly<KubeObject>): string {
  const { spec } = partsOf(object);
  return `${nameAt(spec, 'plural')}.${textAt(spec, 'group')}`;
}

function partsOf(object: Readonly<KubeObject>): { readonly spec: JsonObject; readonly status: JsonObject } {
  // Objects are plain JSON.
  const json = object as JsonObject;
  return { spec: objectAt(json, 'spec') ?? {}, status: objectAt(json, 'status') ?? {} };
}

function nameAt(spec: JsonObject, name: string): string {
  return textAt(objectAt(spec, 'names'), name);
}

function immutable(value: string, old: string, path: Path): FieldError[] {
  return value === old ? [] : [field.invalid(path, value, 'field is immutable')];
}

function updateOptions(old: InternalSpec, oldSpec: JsonObject, oldStatus: JsonObject): Options {
  const schemas = schemasOf(old);
  const none = (holds: (schema: JsonObject) => boolean): boolean => !schemas.some((one) => schemaHas(one, holds));
  const conversion = objectAt(oldSpec, 'conversion');
  const reviewVersions = textsAt(objectAt(conversion, 'webhook'), 'conversionReviewVersions');
  const established = isTrue(oldStatus, 'Established');
  return {
    requireSchemas: schemas.length > 0 && (old.top.schema !== undefined || schemas.length === old.versions.length),
    requireStructural: schemas.every((one) => validateStructural(one, field.path()).length === 0),
    requirePrunedDefaults: !schemas.some(hasUnprunedDefaults),
    requireValidType: none(hasInvalidType),
    requireAtomicSets: none(hasNonAtomicSet),
    requireMapListKeys: none((one) => validateMapListKeys(one, field.path()).length > 0),
    requireKnownReviewVersion: reviewVersions.length === 0 || reviewVersions.some((one) => /^v1(beta1)?$/.test(one)),
    requireImmutableNames: established,
    allowBadAuthorities: !established,
  };
}

function validateSpec(internal: InternalSpec, given: Options): FieldError[] {
  const { spec, top, versions } = internal;
  const preserves = spec['preserveUnknownFields'] === true;
  const schemas = schemasOf(internal);
  const hasDefaults = schemas.some((schema) => schemaHas(schema, (one) => one['default'] !== undefined));
  const extended = schemas.some((schema) => schemaHas(schema, hasExtension));
  const options: Options = {
    ...given,
    requireStructural: given.requireStructural || !preserves || hasDefaults || extended,
  };
  const errors = [
    ...validateGroup(textAt(spec, 'group')),
    ...enumerated(textAt(spec, 'scope'), ['Cluster', 'Namespaced'], root.child('scope')),
    ...missingSchemas(internal, options, preserves),
  ];
  if (hasDefaults && preserves) {
    const text = 'must be false in order to use defaults in the schema';
    errors.push(field.invalid(root.child('preserveUnknownFields'), true, text));
  }
  for (const [index, version] of versions.entries()) {
    const path = root.child('versions').index(index);
    const name = textAt(version.version, 'name');
    const problems = dns1035Label(name);
    if (problems.length > 0) errors.push(field.invalid(path.child('name'), name, problems.join(',')));
    errors.push(...validateDeprecation(version.version, path));
    const status = top.subresources ?? version.subresources;
    const paths = { schema: path.child('schema'), subresources: path.child('subresources'), base: path };
    errors.push(...validateParts(version, paths, status?.['status'] !== undefined, options, true));
  }
  errors.push(...validateVersions(spec), ...validateRequiredNames(spec));
  const anyStatus = [top, ...versions].some(({ subresources }) => subresources?.['status'] !== undefined);
  const paths = { schema: root.child('validation'), subresources: root.child('subresources'), base: root };
  errors.push(...validateParts(top, paths, anyStatus, options, false));
  const conversion = objectAt(spec, 'conversion');
  const strategy = textAt(conversion, 'strategy');
  if (preserves && conversion && strategy !== 'None') {
    const text = 'must be None if spec.preserveUnknownFields is true';
    errors.push(field.invalid(root.child('conversion').child('strategy'), strategy, text));
  }
  return [...errors, ...validateConversion(conversion, root.child('conversion'), options)];
}

interface PartPaths {
  readonly schema: Path;
  readonly subresources: Path;
  readonly base: Path;
}

function validateParts(
  parts: VersionParts,
  paths: PartPaths,
  status: boolean,
  options: Options,
  perVersion: boolean,
): FieldError[] {
  const fields = parts.selectableFields;
  const schema = openApiSchema(parts.schema);
  const at = paths.base.child('selectableFields');
  const lonely = perVersion
    ? 'may only be set when `version.schema.openAPIV3Schema` is not included'
    : 'may only be set when validations.schema is included';
  return [
    ...(schema ? validateVersionSchema(schema, paths.schema.child('openAPIV3Schema'), status, options) : []),
    ...validateSubresources(parts.subresources, paths.subresources),
    ...parts.columns.flatMap((column, index) =>
      validateColumn(column, paths.base.child('additionalPrinterColumns').index(index)),
    ),
    ...(fields.length === 0
      ? []
      : schema
        ? validateSelectableFields(fields, schema, at)
        : [field.invalid(at, '', lonely)]),
  ];
}

function hasExtension(schema: JsonObject): boolean {
  return (
    schema['x-kubernetes-embedded-resource'] === true ||
    schema['x-kubernetes-int-or-string'] === true ||
    schema['x-kubernetes-preserve-unknown-fields'] !== undefined ||
    schema['x-kubernetes-list-type'] !== undefined ||
    textsAt(schema, 'x-kubernetes-list-map-keys').length > 0 ||
    objectsAt(schema, 'x-kubernetes-validations').length > 0
  );
}

function validateGroup(group: string): FieldError[] {
  const path = root.child('group');
  if (group === '') return [field.required(path, '')];
  const problems = dns1123Subdomain(group);
  if (problems.length > 0) return [field.invalid(path, group, problems.join(','))];
  return group.includes('.') ? [] : [field.invalid(path, group, 'should be a domain with at least one dot')];
}

/** Of a field that must be one of these. */
function enumerated(value: string, accepted: readonly string[], path: Path): FieldError[] {
  if (value === '') return [field.required(path, '')];
  return accepted.includes(value) ? [] : [field.notSupported(path, value, accepted)];
}

function missingSchemas({ top, versions }: InternalSpec, options: Options, preserves: boolean): FieldError[] {
  if (openApiSchema(top.schema)) return [];
  return versions.flatMap(({ schema, version }, index) => {
    if (openApiSchema(schema)) return [];
    const path = root.child('versions').index(index).child('schema').child('openAPIV3Schema');
    if (options.requireSchemas) return [field.required(path, '')];
    const pruned = !preserves && version['served'] === true;
    return pruned ? [field.required(path, 'because otherwise all fields are pruned')] : [];
  });
}

function validateDeprecation(version: JsonObject, path: Path): FieldError[] {
  const warning = version['deprecationWarning'];
  if (typeof warning !== 'string') return [];
  const invalid = (text: string): FieldError => field.invalid(path.child('deprecationWarning'), warning, text);
  if (version['deprecated'] !== true) return [invalid('can only be set for deprecated versions')];
  const errors: FieldError[] = [];
  if (Buffer.byteLength(warning) > 256) errors.push(invalid('must be <= 256 characters long'));
  if (warning === '') errors.push(invalid('must not be an empty string'));
  const bad = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(warning);
  if (bad) {
    const index = Buffer.byteLength(warning.slice(0, bad.index));
    const text = `must only contain printable UTF-8 characters; non-printable character found at index ${index}`;
    errors.push(invalid(text));
  }
  return errors;
}

function validateVersions(spec: JsonObject): FieldError[] {
  const versions = objectsAt(spec, 'versions');
  const errors: FieldError[] = [];
  const shown = shownVersions(versions);
  const names = versions.map((version) => textAt(version, 'name'));
  if (new Set(names).size < names.length) {
    errors.push(field.invalid(root.child('versions'), shown, 'must contain unique version names'));
  }
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    const text = 'must have exactly one version marked as storage version';
    errors.push(field.invalid(root.child('versions'), shown, text));
  }
  const [first = ''] = names;
  const problems = first === '' ? [] : dns1035Label(first);
  if (problems.length > 0) errors.push(field.invalid(root.child('version'), first, problems.join(',')));
  return errors;
}

/** As Go prints its internal structs, without the parts that are told of at the top. */
function shownVersions(versions: readonly JsonObject[]): JsonObject[] {
  return versions.map((version) => ({
    Name: textAt(version, 'name'),
    Served: version['served'] === true,
    Storage: version['storage'] === true,
    Deprecated: version['deprecated'] === true,
    DeprecationWarning: version['deprecationWarning'] ?? null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  }));
}

function validateRequiredNames(spec: JsonObject): FieldError[] {
  const names = objectAt(spec, 'names');
  const path = root.child('names');
  const missing = ['plural', 'singular', 'kind', 'listKind'].filter((name) => textAt(names, name) === '');
  return [...missing.map((name) => field.required(path.child(name), '')), ...validateNames(names, path)];
}

function validateNames(names: JsonObject | undefined, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  const check = (value: string, at: Path, mixed: boolean): void => {
    const problems = dns1035Label(mixed ? value.toLowerCase() : value);
    if (value === '' || problems.length === 0) return;
    const text = problems.join(',');
    const what = mixed ? `may have mixed case, but should otherwise match: ${text}` : text;
    errors.push(field.invalid(at, value, what));
  };
  check(textAt(names, 'plural'), path.child('plural'), false);
  check(textAt(names, 'singular'), path.child('singular'), false);
  check(textAt(names, 'kind'), path.child('kind'), true);
  check(textAt(names, 'listKind'), path.child('listKind'), true);
  for (const [name, list] of [
    ['shortNames', textsAt(names, 'shortNames')],
    ['categories', textsAt(names, 'categories')],
  ] as const) {
    for (const [index, value] of list.entries()) {
      const problems = dns1035Label(value);
      if (problems.length > 0) {
        errors.push(field.invalid(path.child(name).index(index), value, problems.join(',')));
      }
    }
    const listKind = textAt(names, 'listKind');
    if (name === 'shortNames' && listKind !== '' && textAt(names, 'kind') === listKind) {
      errors.push(field.invalid(path.child('listKind'), listKind, 'kind and listKind may not be the same'));
    }
  }
  return errors;
}

/** Status, and what is said outside of the spec. */
function validateRest(
  object: Readonly<KubeObject>,
  spec: JsonObject,
  status: JsonObject,
  old: Readonly<KubeObject> | undefined,
): FieldError[] {
  const preserved = old && partsOf(old).spec['preserveUnknownFields'] === true;
  const errors = [
    ...validateDefinitionStatus(object),
    ...validateStoredVersions(spec, status),
    ...validateApproval(object, spec, old),
  ];
  if (spec['preserveUnknownFields'] !== true || preserved) return errors;
  const text =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [...errors, field.invalid(root.child('preserveUnknownFields'), true, text)];
}

function validateStoredVersions(spec: JsonObject, status: JsonObject): FieldError[] {
  const path = field.path('status', 'storedVersions');
  const stored = textsAt(status, 'storedVersions');
  if (stored.length === 0) {
    return [
      field.invalid(path, equalJson(status['storedVersions'], []) ? [] : null, 'must have at least one stored version'),
    ];
  }
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const version of objectsAt(spec, 'versions')) {
    const name = textAt(version, 'name');
    names.add(name);
    if (version['storage'] === true && !stored.includes(name)) {
      errors.push(field.invalid(path, [...stored], `must have the storage version ${name}`));
    }
  }
  for (const [index, name] of stored.entries()) {
    if (names.has(name)) continue;
    const text = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(field.invalid(path.index(index), name, text));
  }
  return errors;
}

function validateApproval(
  { metadata }: Readonly<KubeObject>,
  spec: JsonObject,
  old: Readonly<KubeObject> | undefined,
): FieldError[] {
  if (!isProtectedGroup(textAt(spec, 'group'))) return [];
  const { approval, reason } = approvalOf(metadata.annotations);
  if (old && approvalOf(old.metadata.annotations).approval === approval) return [];
  const path = field.path('metadata', 'annotations').key(approvalAnnotation);
  if (approval === 'missing') return [field.required(path, reason)];
  if (approval === 'invalid') return [field.invalid(path, metadata.annotations?.[approvalAnnotation] ?? '', reason)];
  return [];
}
