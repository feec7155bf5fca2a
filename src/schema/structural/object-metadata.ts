/**
 * `metadata` of custom and of embedded objects: decoded to its type like that of built-in kinds, so that what is stored is what
 * upstream would store. Mirrors apiextensions-apiserver pkg/apiserver/schema/objectmeta.
 */
import * as field from '../../api/field-error.ts';
import { fieldErrorText, type FieldError, type Path } from '../../api/field-error.ts';
import { goTypeText } from '../../api/go-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { builtinSchema } from '../builtin/catalog.ts';
import { DecodeError, decodeObject } from '../decode.ts';
import { setOwn } from './copy-value.ts';
import { fieldOf } from './prune.ts';
import type { StructuralSchema } from './structural-schema.ts';

export interface DecodedMetadata {
  readonly metadata: JsonObject;
  /** `metadata.foo`: of what has no such field. */
  readonly unknown: readonly string[];
}

/** What becomes of a field that cannot be decoded. */
export type Malformed = 'throw' | 'drop';

/** `prefix`: the path of the object around; empty: the root. @throws DecodeError */
export function decodeMetadata(value: JsonValue, prefix: string, malformed: Malformed): DecodedMetadata {
  const schema = builtinSchema('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
  const where = prefix === '' ? 'metadata' : `${prefix}.metadata`;
  try {
    const { object, strictErrors } = decodeObject(schema, value);
    return { metadata: object, unknown: strictErrors.map((text) => unknownPath(text, where)) };
  } catch (error) {
    if (!(error instanceof DecodeError) || malformed === 'throw') throw error;
    if (!isJsonObject(value)) throw new DecodeError(`invalid metadata: expected object, got ${goTypeText(value)}`);
    const decodable: JsonObject = {};
    for (const key of Object.keys(value)) {
      const inner = value[key] ?? null;
      if (isDecodable({ [key]: inner })) setOwn(decodable, key, inner);
    }
    return { metadata: decodeObject(schema, decodable).object, unknown: [] };
  }

  function isDecodable(single: JsonObject): boolean {
    try {
      decodeObject(schema, single);
      return true;
    } catch (error) {
      if (error instanceof DecodeError) return false;
      throw error;
    }
  }
}

/**
 * Decodes the metadata of embedded resources, and checks that their kinds and versions are text. Changes `object`; the root is left
 * alone. Gives the paths of unknown fields, sorted. @throws DecodeError
 */
export function coerceEmbedded(object: JsonObject, schema: StructuralSchema, malformed: Malformed): readonly string[] {
  const unknown: string[] = [];
  coerce(object, schema, field.path(), malformed, unknown);
  return unknown.toSorted();
}

/** Whether any value of the schema can be an embedded resource: most schemas have none, and need not be walked. */
export function hasEmbedded(schema: StructuralSchema): boolean {
  const { additionalProperties: additional, items, properties } = schema;
  if (schema.embeddedResource) return true;
  if (typeof additional === 'object' && hasEmbedded(additional)) return true;
  if (items && hasEmbedded(items)) return true;
  return [...(properties?.values() ?? [])].some(hasEmbedded);
}

function coerce(
  value: JsonValue,
  schema: StructuralSchema | undefined,
  path: Path,
  malformed: Malformed,
  unknown: string[],
): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) coerce(item, schema.items, path.index(index), malformed, unknown);
    return;
  }
  if (!isJsonObject(value)) return;
  if (schema.embeddedResource) coerceResource(value, path, malformed, unknown);
  for (const key of Object.keys(value)) {
    const inner = schema.properties?.has(key) ? path.child(key) : path.key(key);
    coerce(value[key] ?? null, fieldOf(schema, key), inner, malformed, unknown);
  }
}

function coerceResource(value: JsonObject, path: Path, malformed: Malformed, unknown: string[]): void {
  for (const key of ['apiVersion', 'kind'] as const) {
    const present = value[key];
    if (present === undefined || typeof present === 'string') continue;
    if (malformed === 'throw') throw decodeError(field.invalid(path.child(key), present, 'must be a string'));
    delete value[key];
  }
  const present = value['metadata'];
  if (present === undefined) return;
  try {
    const decoded = decodeMetadata(present, String(path), malformed);
    value['metadata'] = decoded.metadata;
    unknown.push(...decoded.unknown);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    // What can't be decoded at all stays where it is stored already.
    if (malformed === 'throw') throw decodeError(field.invalid(path.child('metadata'), present, error.message));
  }
}

function decodeError(error: FieldError): DecodeError {
  return new DecodeError(fieldErrorText(error));
}

/** From the decoder's text to the field's path. */
function unknownPath(text: string, where: string): string {
  const quoted = /^unknown field (".*")$/s.exec(text)?.[1];
  // The decoder quotes as Go does, of which JSON understands all but rare escapes.
  return `${where}.${quoted === undefined ? text : unquoted(quoted)}`;
}

function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}
