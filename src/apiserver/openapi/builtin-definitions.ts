/**
 * Writes built-in types as OpenAPI schemas, from the generated table. Mirrors kube-openapi's generators: the zero values of fields that
 * are no pointers stand as defaults in version 3; a `$ref` with anything beside it is wrapped in `allOf` there.
 */
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { factsTable, fullTypeName, shortTypeName } from '../../schema/builtin/facts.ts';
import { qualified } from '../../schema/builtin/type-expression.ts';
import { parseTypeText, type FieldText } from '../../schema/builtin/type-text.ts';
import type { Descriptions } from './group-version-source.ts';

export type OpenApiFormat = 'v2' | 'v3';

/**
 * The definitions in `roots` (full names) and all that they refer to. `groupVersion` (`apps/v1`): whose document this is; version 3
 * names only its kinds and the core group's where a type is a kind of every group version.
 */
export function builtinDefinitions(
  roots: readonly string[],
  format: OpenApiFormat,
  groupVersion: string,
  descriptions: Descriptions,
): Readonly<Record<string, JsonObject>> {
  const definitions: Record<string, JsonObject> = {};
  const queue = roots.map(shortTypeName);
  const seen = new Set(queue);
  for (let index = 0; index < queue.length; index++) {
    const short = queue[index] ?? '';
    const writer = new DefinitionWriter(short, { format, groupVersion, descriptions }, (name) => {
      if (!seen.has(name)) queue.push(name);
      seen.add(name);
    });
    definitions[fullTypeName(short)] = writer.write();
  }
  return definitions;
}

/** Types with a JSON form of their own, as schemas. */
function specialDefinition(special: string, format: OpenApiFormat): JsonObject {
  switch (special) {
    case '$quantity':
      return format === 'v2' ? { type: 'string' } : { oneOf: [{ type: 'string' }, { type: 'number' }] };
    case '$int-or-string':
      return format === 'v2'
        ? { type: 'string', format: 'int-or-string' }
        : { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    case '$date-time':
    case '$micro-time':
      return { type: 'string', format: 'date-time' };
    case '$duration':
      return { type: 'string' };
    default:
      return {};
  }
}

interface DocumentOptions {
  readonly format: OpenApiFormat;
  readonly groupVersion: string;
  readonly descriptions: Descriptions;
}

class DefinitionWriter {
  readonly #short: string;
  readonly #package: string;
  readonly #options: DocumentOptions;
  readonly #format: OpenApiFormat;
  readonly #descriptions: Descriptions;
  readonly #refer: (short: string) => void;

  constructor(short: string, options: DocumentOptions, refer: (short: string) => void) {
    this.#short = short;
    this.#package = short.slice(0, short.lastIndexOf('.'));
    this.#options = options;
    this.#format = options.format;
    this.#descriptions = options.descriptions;
    this.#refer = refer;
  }

  write(): JsonObject {
    const name = fullTypeName(this.#short);
    const described = descriptionOf(this.#descriptions.describe(name));
    const text = factsTable.structs[this.#short];
    if (text === undefined) {
      const special = factsTable.names[this.#short] ?? '';
      // These two are objects to upstream, though anything goes.
      const object = /\.(RawExtension|FieldsV1|Patch)$/.test(this.#short) ? { type: 'object' } : {};
      return { ...described, ...specialDefinition(special, this.#format), ...object };
    }
    const { fields, mapType } = parseTypeText(text);
    const required = fields.filter((field) => field.required).map((field) => field.name);
    const gvks = groupVersionKindsOf(this.#short, this.#options);
    return {
      ...described,
      type: 'object',
      ...(required.length > 0 ? { required } : {}),
      ...(fields.length > 0
        ? { properties: Object.fromEntries(fields.map((field) => [field.name, this.#field(name, field)])) }
        : {}),
      ...(gvks.length > 0 ? { 'x-kubernetes-group-version-kind': gvks } : {}),
      ...(mapType ? { 'x-kubernetes-map-type': mapType } : {}),
    };
  }

  #field(definition: string, field: FieldText): JsonObject {
    const extensions: JsonObject = {
      ...(field.listMapKeys.length > 0 ? { 'x-kubernetes-list-map-keys': [...field.listMapKeys] } : {}),
      ...(field.listType ? { 'x-kubernetes-list-type': field.listType } : {}),
      ...(field.mapType ? { 'x-kubernetes-map-type': field.mapType } : {}),
      ...(field.patchMergeKey ? { 'x-kubernetes-patch-merge-key': field.patchMergeKey } : {}),
      ...(field.patchStrategy.length > 0 ? { 'x-kubernetes-patch-strategy': field.patchStrategy.join(',') } : {}),
    };
    const value = this.#type(field.type);
    const fallback =
      this.#format === 'v2' ? undefined : (field.default ?? this.#zero(field.type, field.omit !== 'never'));
    return this.#beside(value, {
      ...descriptionOf(this.#descriptions.describe(definition, field.name)),
      ...(fallback === undefined ? {} : { default: fallback }),
      ...extensions,
    });
  }

  /** Puts `others` beside a schema. */
  #beside(schema: JsonObject, others: JsonObject): JsonObject {
    if (schema['$ref'] === undefined || this.#format === 'v2' || Object.keys(others).length === 0) {
      return { ...schema, ...others };
    }
    return { allOf: [schema], ...others };
  }

  #type(expression: string): JsonObject {
    if (expression.startsWith('*')) return this.#type(expression.slice(1));
    if (expression === '[]byte') return { type: 'string', format: 'byte' };
    if (expression.startsWith('[]')) return { type: 'array', items: this.#element(expression.slice(2)) };
    const map = /^map\[[^\]]+\](.+)$/.exec(expression)?.[1];
    if (map !== undefined) return { type: 'object', additionalProperties: this.#element(map) };
    return basicType(expression) ?? this.#named(qualified(expression, this.#package));
  }

  #element(expression: string): JsonObject {
    const value = this.#format === 'v2' ? undefined : this.#zero(expression, false);
    return this.#beside(this.#type(expression), value === undefined ? {} : { default: value });
  }

  #named(short: string): JsonObject {
    const definition = factsTable.names[short];
    if (definition !== undefined && !definition.startsWith('$')) {
      const values = factsTable.enums[short];
      const schema = new DefinitionWriter(short, this.#options, this.#refer).#type(definition);
      return values ? { ...schema, enum: [...values] } : schema;
    }
    this.#refer(short);
    const prefix = this.#format === 'v2' ? '#/definitions/' : '#/components/schemas/';
    return { $ref: `${prefix}${fullTypeName(short)}` };
  }

  /** The default that upstream's generator gives to what is no pointer. */
  #zero(expression: string, omitted: boolean): JsonValue | undefined {
    if (/^(\*|\[|map\[)/.test(expression)) return undefined;
    const basic = basicType(expression);
    if (basic) return omitted ? undefined : basic['type'] === 'string' ? '' : basic['type'] === 'boolean' ? false : 0;
    const short = qualified(expression, this.#package);
    if (factsTable.structs[short] !== undefined) return {};
    const definition = factsTable.names[short] ?? '';
    // Times are structs of one embedded struct, others write their own schema: neither has a default.
    return definition.startsWith('$') ? undefined : this.#zero(definition, omitted);
  }
}

function basicType(name: string): JsonObject | undefined {
  switch (name) {
    case 'string':
      return { type: 'string' };
    case 'bool':
      return { type: 'boolean' };
    case 'int32':
      return { type: 'integer', format: 'int32' };
    case 'int':
    case 'int64':
      return { type: 'integer', format: 'int64' };
    case 'float64':
      return { type: 'number', format: 'double' };
    default:
      return undefined;
  }
}

function groupVersionKindsOf(short: string, options: DocumentOptions): JsonObject[] {
  const kind = factsTable.kinds[short];
  const wanted = (text: string): boolean =>
    options.format === 'v2' || text.startsWith('v1 ') || text.startsWith(`${options.groupVersion} `);
  const kinds = kind === undefined ? (factsTable.everyGroup[short] ?? []).filter(wanted) : [kind];
  return kinds.map((text) => {
    const [groupVersion = '', name = ''] = text.split(' ');
    const [group = '', version = ''] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion];
    return { group, kind: name, version };
  });
}

function descriptionOf(text: string): JsonObject {
  return text === '' ? {} : { description: text };
}
