/**
 * The one structure that built-in types and CRDs both compile to. It says what a schema can say: fields, types, defaults, list and
 * map keys, patch strategies. Built-in types are compiled lazily from the generated table of facts (`builtin/`).
 */
import type { JsonObject, JsonValue } from '../api/json.ts';

/**
 * What the Go type behind a built-in schema adds: texts of decode errors, and what upstream writes for an absent value. Absent for
 * CRDs.
 */
interface GoTyped {
  /** As Go's reflect prints it: `int32`, `v1.PullPolicy`, `[]v1.Container`. */
  readonly goType?: string;
}

interface GoField {
  /** When the field is left out: never, if empty (`omitempty`), if zero (`omitzero`). */
  readonly omit: 'never' | 'empty' | 'zero';
  readonly pointer: boolean;
  /** Go's name of the embedded struct that it comes from (decode errors name it); empty: none. */
  readonly inlinedFrom: string;
}

/** How scalars are written in JSON, beyond their type. */
export type StringFormat = 'plain' | 'byte' | 'date-time' | 'micro-time' | 'quantity' | 'duration';

export type Schema =
  | ObjectSchema
  | MapSchema
  | ListSchema
  | ScalarSchema
  /** Any JSON, kept as it is: RawExtension, JSON, FieldsV1, embedded resources. */
  | AnySchema;

export type ScalarSchema = GoTyped &
  (
    | { readonly type: 'string'; readonly format: StringFormat; readonly enum?: readonly string[] }
    | { readonly type: 'integer'; readonly format: 'int32' | 'int64' }
    | { readonly type: 'number' }
    | { readonly type: 'boolean' }
    /** An integer or a string. */
    | { readonly type: 'int-or-string' }
  );

export interface AnySchema extends GoTyped {
  readonly type: 'any';
  /** What is not quite anything: a value that is of `schema` where it is an object, or (`list`) objects of it. */
  readonly objects?: { readonly schema: ObjectSchema; readonly otherwise: 'list' | 'boolean' | 'strings' };
}

/** Fields by name. What has no field is unknown: dropped from built-in types (and reported by field validation). */
export interface ObjectSchema extends GoTyped {
  readonly type: 'object';
  /** The definition's name (`io.k8s.api.core.v1.PodSpec`); absent for anonymous ones. */
  readonly name: string | undefined;
  /** Lazily compiled: types refer to each other in cycles. */
  field(name: string): Field | undefined;
  /** In the schema's order, which is the order of upstream's JSON. */
  fieldNames(): readonly string[];
  /** Unknown fields are kept (CRDs' `x-kubernetes-preserve-unknown-fields`). */
  readonly preserveUnknownFields: boolean;
  /** `atomic`: apply owns the whole. */
  readonly mapType: 'granular' | 'atomic';
  /**
   * Of whole custom objects, whose decoding is another one: it prunes, and leaves types to validation. Leaves `value` as it is. Throws
   * DecodeErrors.
   */
  decode?(value: JsonValue): { readonly object: JsonObject; readonly strictErrors: readonly string[] };
}

export interface MapSchema extends GoTyped {
  readonly type: 'map';
  readonly values: Schema;
  readonly mapType: 'granular' | 'atomic';
}

export interface ListSchema extends GoTyped {
  readonly type: 'list';
  readonly items: Schema;
  readonly listType: 'atomic' | 'set' | 'map';
  /** For `listType: map`. */
  readonly listMapKeys: readonly string[];
}

export type PatchStrategy = 'merge' | 'replace' | 'retainKeys';

export interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
  /** Filled in where the field is absent. Absent here: no default. */
  readonly default: JsonValue | undefined;
  /** Strategic merge; empty: replace. */
  readonly patchStrategy: readonly PatchStrategy[];
  readonly patchMergeKey: string | undefined;
  /** CRDs: an explicit null is a value, not an absence. */
  readonly nullable: boolean;
  /** Built-in types only. */
  readonly go?: GoField;
}
