/** An object of a built-in kind in which every field is there, and every string, key of a map included, is a text of its own. */
import type { JsonObject, JsonValue } from '../../src/api/json.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { schemaForKind } from '../../src/schema/builtin/catalog.ts';
import type { Schema } from '../../src/schema/schema.ts';
import { unreachable } from '../../src/lib/unreachable.ts';

export interface MarkedObject {
  readonly object: KubeObject;
  /** Where each mark is: `spec.volumes[].name`; of a map's key: `metadata.labels{}`. */
  readonly paths: ReadonlyMap<string, string>;
}

const markPattern = /m\d+z/g;

/** The marks in a text. */
export function marksIn(text: string): string[] {
  return text.match(markPattern) ?? [];
}

export function markedObject(kind: string, group = ''): MarkedObject {
  const schema = schemaForKind({ group, version: 'v1', kind });
  if (schema?.type !== 'object') throw new Error(`${kind} is no kind`);
  const paths = new Map<string, string>();
  const mark = (path: string): string => {
    const text = `m${paths.size}z`;
    paths.set(text, path);
    return text;
  };
  const { metadata, ...rest } = filled(schema, '', mark) as JsonObject & { metadata: JsonObject };
  // Nothing that is being deleted is begun.
  delete metadata['deletionTimestamp'];
  return { object: { ...rest, apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, metadata }, paths };
}

function filled(schema: Schema, path: string, mark: (path: string) => string): JsonValue {
  switch (schema.type) {
    case 'object': {
      const inner = (name: string): string => (path === '' ? name : `${path}.${name}`);
      const fields = schema.fieldNames().flatMap((name) => {
        const field = schema.field(name);
        return field ? [[name, filled(field.schema, inner(name), mark)] as const] : [];
      });
      return Object.fromEntries(fields);
    }
    case 'map':
      return { [mark(`${path}{}`)]: filled(schema.values, `${path}{}`, mark) };
    case 'list':
      return [filled(schema.items, `${path}[]`, mark)];
    case 'string':
    case 'int-or-string':
    case 'any':
      return mark(path);
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    default:
      return unreachable(schema);
  }
}

/** Every string in a value, keys of objects included, with its path. A key that is a mark stands as `{}`. */
export function* textsOf(value: unknown, path = ''): Generator<readonly [path: string, text: string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item, `${path}[]`);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const isMarked = marksIn(key).length > 0;
      const below = isMarked ? `${path}{}` : path === '' ? key : `${path}.${key}`;
      if (isMarked) yield [below, key];
      yield* textsOf(inner, below);
    }
  }
}
