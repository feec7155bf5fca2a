/** Kinds, versions and metadata of embedded resources. Mirrors apiextensions-apiserver pkg/apiserver/schema/objectmeta/validation.go. */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { parseApiVersion } from '../../api/gvk.ts';
import { dns1035Label } from '../../api/names.ts';
import { DecodeError } from '../decode.ts';
import { decodeMetadata } from './object-metadata.ts';
import { fieldOf } from './prune.ts';
import { sortedKeys } from './sorted-keys.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** How metadata is validated: that room's to say. */
export type ValidateMetadata = (metadata: JsonObject, path: Path) => FieldError[];

/** The root itself is no embedded resource, unless its schema says so. */
export function validateEmbedded(
  value: JsonValue,
  schema: StructuralSchema | undefined,
  path: Path,
  validateMetadata: ValidateMetadata,
): FieldError[] {
  if (!schema) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => validateEmbedded(item, schema.items, path.index(index), validateMetadata));
  }
  if (!isJsonObject(value)) return [];
  const own = schema.embeddedResource ? validateResource(value, path, validateMetadata) : [];
  const inner = Object.keys(value).flatMap((key) => {
    const at = schema.properties?.has(key) ? path.child(key) : path.key(key);
    return validateEmbedded(value[key] ?? null, fieldOf(schema, key), at, validateMetadata);
  });
  return [...own, ...inner];
}

function validateResource(value: JsonObject, path: Path, validateMetadata: ValidateMetadata): FieldError[] {
  const errors: FieldError[] = [];
  const { apiVersion, kind, metadata } = value;
  if (apiVersion === undefined) errors.push(field.required(path.child('apiVersion'), ''));
  if (kind === undefined) errors.push(field.required(path.child('kind'), ''));
  if (apiVersion !== undefined) errors.push(...validateApiVersion(apiVersion, path.child('apiVersion')));
  if (kind !== undefined) errors.push(...validateKind(kind, path.child('kind')));
  if (metadata === undefined) return errors;
  const at = path.child('metadata');
  try {
    const decoded = decodeMetadata(metadata, '', 'throw').metadata;
    // Without a name it is fine.
    return [...errors, ...validateMetadata(decoded['name'] ? decoded : { ...decoded, name: 'fakename' }, at)];
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return [...errors, field.invalid(at, sortedKeys(metadata), error.message)];
  }
}

function validateApiVersion(value: JsonValue, path: Path): FieldError[] {
  if (typeof value !== 'string') return [field.invalid(path, sortedKeys(value), 'must be a string')];
  if (value === '') return [field.invalid(path, value, 'must not be empty')];
  return parseApiVersion(value) ? [] : [field.invalid(path, value, `unexpected GroupVersion string: ${value}`)];
}

function validateKind(value: JsonValue, path: Path): FieldError[] {
  if (typeof value !== 'string') return [field.invalid(path, sortedKeys(value), 'must be a string')];
  if (value === '') return [field.invalid(path, value, 'must not be empty')];
  const messages = dns1035Label(value.toLowerCase());
  if (messages.length === 0) return [];
  return [field.invalid(path, value, `may have mixed case, but should otherwise match: ${messages.join(',')}`)];
}
