/** One object and its managers, as tests write them: applied to and updated, in versions that are all alike unless a test says otherwise. */
import type { JsonValue } from '../../api/json.ts';
import type { Schema } from '../../schema/schema.ts';
import { pathText, type FieldSet } from './field-set.ts';
import { ConflictsError, type Managers } from './managers.ts';
import { applyConfig, updateManagers, type TypedValue, type VersionConverter } from './updater.ts';

export interface LiveOptions {
  readonly resetFields?: FieldSet;
  /** By version; default: `v1` and `v2`, which are the same. */
  readonly schemas?: Readonly<Record<string, Schema>>;
  /** Between the versions; default: nothing changes. */
  convert?(value: JsonValue, from: string, to: string): JsonValue;
}

export class LiveObject {
  value: JsonValue = {};
  managers: Managers = new Map();
  readonly #converter: VersionConverter;
  readonly #schemas: Readonly<Record<string, Schema>>;
  /** The version of {@link value}. */
  readonly #version = 'v1';

  constructor(schema: Schema, { resetFields, schemas = { v1: schema, v2: schema }, convert }: LiveOptions = {}) {
    this.#schemas = schemas;
    this.#converter = {
      schemaOf: (apiVersion) => schemas[apiVersion],
      convert: ({ value, apiVersion: from }, apiVersion) => ({
        apiVersion,
        schema: this.#schema(apiVersion),
        value: convert ? convert(value, from, apiVersion) : value,
      }),
      resetFields: () => resetFields,
    };
  }

  /** Whether anything has changed. @throws ConflictsError */
  apply(manager: string, config: JsonValue, force = false, version = 'v1'): boolean {
    const [live, typed] = [this.#live(version), { apiVersion: version, schema: this.#schema(version), value: config }];
    const applied = applyConfig(this.#converter, live, typed, this.managers, manager, force);
    this.managers = applied.managers;
    if (applied.value === undefined) return false;
    this.value = this.#stored({ ...live, value: applied.value });
    return true;
  }

  update(manager: string, value: JsonValue, version = 'v1'): void {
    const live = this.#live(version);
    const next = { ...live, value };
    this.managers = updateManagers(this.#converter, live, next, this.managers, manager).managers;
    this.value = this.#stored(next);
  }

  /** `m1 applies v1: .a .b`, sorted. */
  owners(): string[] {
    return [...this.managers]
      .map(([manager, { fields, apiVersion, applied }]) => {
        const texts = fields.paths().map(pathText).sort();
        return `${manager} ${applied ? 'applied' : 'updated'} ${apiVersion}: ${texts.join(' ')}`;
      })
      .sort();
  }

  /** `m1: .a`, sorted; what would be in the way of an apply. */
  conflicts(manager: string, config: JsonValue, version = 'v1'): string[] {
    try {
      this.apply(manager, config, false, version);
      return [];
    } catch (error) {
      if (!(error instanceof ConflictsError)) throw error;
      return error.conflicts.map(({ manager: other, path }) => `${other}: ${pathText(path)}`).sort();
    }
  }

  #live(version: string): TypedValue {
    const own = { apiVersion: this.#version, schema: this.#schema(this.#version), value: this.value };
    return version === this.#version ? own : this.#converter.convert(own, version);
  }

  #stored(value: TypedValue): JsonValue {
    const own = value.apiVersion === this.#version ? value : this.#converter.convert(value, this.#version);
    return withoutNulls(own.value) ?? {};
  }

  #schema(version: string): Schema {
    const schema = this.#schemas[version];
    if (!schema) throw new Error(`no version ${version}`);
    return schema;
  }
}

/** As decoding would leave it. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}
