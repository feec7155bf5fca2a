/**
 * What decoding is for custom objects: metadata is brought into its type, what the schema does not know is pruned, nulls that mean
 * nothing are dropped. Types of all else are not looked at: validation does that. Mirrors apiextensions-apiserver
 * customresource_handler.go unstructuredSchemaCoercer.
 */
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { isJsonObject } from '../../api/json.ts';
import { DecodeError, type Decoded } from '../decode.ts';
import { copyValue, DepthError } from './copy-value.ts';
import { coerceEmbedded, decodeMetadata, hasEmbedded, type Malformed } from './object-metadata.ts';
import { dropNulls, pruneObject } from './prune.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { UnknownFields } from './unknown-fields.ts';

export interface CustomDecoderOptions {
  readonly schema: StructuralSchema;
  /** CRDs of old: nothing is pruned. */
  readonly preserveUnknownFields: boolean;
}

export class CustomDecoder {
  readonly #schema: StructuralSchema;
  readonly #preserve: boolean;
  #embedded: boolean | undefined;

  constructor({ schema, preserveUnknownFields }: CustomDecoderOptions) {
    this.#schema = schema;
    this.#preserve = preserveUnknownFields;
  }

  /** Of a request. `value` is left as it is. @throws DecodeError */
  decode(value: JsonValue): Decoded {
    return this.#decode(copied(value), 'throw', true);
  }

  /** Of what is stored: bad metadata of old is dropped. Changes `object`. @throws DecodeError */
  decodeStored(object: JsonObject): JsonObject {
    const { metadata } = object;
    const decoded = this.#decode(object, 'drop', false).object;
    // Objects of a time before generations have one now.
    if (isJsonObject(metadata) && isJsonObject(decoded['metadata'])) decoded['metadata']['generation'] ??= 1;
    return decoded;
  }

  #decode(object: JsonValue, malformed: Malformed, report: boolean): Decoded {
    if (!isJsonObject(object)) return { object: {}, strictErrors: [] };
    const present = object['metadata'];
    const root = present === undefined || present === null ? undefined : decodeMetadata(present, '', malformed);
    const unknown = new UnknownFields(report);
    if (!this.#preserve) {
      pruneObject(object, this.#schema, unknown);
      dropNulls(object, this.#schema);
    }
    this.#embedded ??= hasEmbedded({ ...this.#schema });
    const embedded = this.#embedded ? coerceEmbedded(object, this.#schema, malformed) : [];
    const { kind, apiVersion, metadata: _, ...rest } = object;
    const paths = [...(root?.unknown ?? []), ...unknown.paths, ...embedded];
    return {
      object: {
        ...(kind === undefined ? {} : { kind }),
        ...(apiVersion === undefined ? {} : { apiVersion }),
        ...(root ? { metadata: root.metadata } : {}),
        ...rest,
      },
      strictErrors: report ? paths.map((path) => `unknown field "${path}"`) : [],
    };
  }
}

function copied(value: JsonValue): JsonValue {
  try {
    return copyValue(value);
  } catch (error) {
    if (error instanceof DepthError) throw new DecodeError(error.message, { cause: error });
    throw error;
  }
}
