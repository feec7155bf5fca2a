/** An object of a built-in kind in which every field is there; every string, key of a map included, and every number is one of its own, and all that can be is true. */
import type { JsonObject, JsonValue } from '../../src/api/json.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { schemaForKind } from '../../src/schema/builtin/catalog.ts';
import type { Schema } from '../../src/schema/schema.ts';
import { unreachable } from '../../src/lib/unreachable.ts';

export interface MarkedObject {
  readonly object: KubeObject;
  /** Where each mark is: `spec.volumes[].name`; of a map's key: `metadata.labels{}`. */
  readonly paths: ReadonlyMap<string, string>;
  /** Where each number is. */
  readonly numbers: ReadonlyMap<number, string>;
  /** What is true. */
  readonly truths: ReadonlySet<string>;
}

/** `m` in what is the tenant's, `h` in what is the host's. */
const markPattern = /[mh]\d+z/g;
const numbersMin = 100_000;

/** The marks in a text. */
export function marksIn(text: string): string[] {
  return text.match(markPattern) ?? [];
}

/** What a value is marked with, by its path. */
interface Marks {
  text(path: string): string;
  number(path: string): number;
  truth(path: string): true;
}

export function markedObject(kind: string, group = '', letter: 'm' | 'h' = 'm'): MarkedObject {
  const schema = schemaForKind({ group, version: 'v1', kind });
  if (schema?.type !== 'object') throw new Error(`${kind} is no kind`);
  const paths = new Map<string, string>();
  const numbers = new Map<number, string>();
  const truths = new Set<string>();
  const marks: Marks = {
    text(path) {
      const text = `${letter}${paths.size}z`;
      paths.set(text, path);
      return text;
    },
    number(path) {
      const number = numbersMin + numbers.size;
      numbers.set(number, path);
      return number;
    },
    truth(path) {
      truths.add(path);
      return true;
    },
  };
  const { metadata, ...rest } = filled(schema, '', marks) as JsonObject & { metadata: JsonObject };
  // Nothing that is being deleted is begun.
  delete metadata['deletionTimestamp'];
  const object = { ...rest, apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, metadata };
  return { object, paths, numbers, truths };
}

function filled(schema: Schema, path: string, marks: Marks): JsonValue {
  switch (schema.type) {
    case 'object': {
      const inner = (name: string): string => (path === '' ? name : `${path}.${name}`);
      const fields = schema.fieldNames().flatMap((name) => {
        const field = schema.field(name);
        return field ? [[name, filled(field.schema, inner(name), marks)] as const] : [];
      });
      return Object.fromEntries(fields);
    }
    case 'map':
      return { [marks.text(`${path}{}`)]: filled(schema.values, `${path}{}`, marks) };
    case 'list':
      return [filled(schema.items, `${path}[]`, marks)];
    case 'string':
    case 'int-or-string':
    case 'any':
      return marks.text(path);
    case 'integer':
    case 'number':
      return marks.number(path);
    case 'boolean':
      return marks.truth(path);
    default:
      return unreachable(schema);
  }
}

/** Every string, number and truth in a value, keys of objects included, with its path. A key that is a mark stands as `{}`. */
export function* leavesOf(value: unknown, path = ''): Generator<readonly [path: string, leaf: string | number | true]> {
  if (typeof value === 'string' || typeof value === 'number' || value === true) yield [path, value];
  else if (Array.isArray(value)) for (const item of value) yield* leavesOf(item, `${path}[]`);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const isMarked = marksIn(key).length > 0;
      const below = isMarked ? `${path}{}` : path === '' ? key : `${path}.${key}`;
      if (isMarked) yield [below, key];
      yield* leavesOf(inner, below);
    }
  }
}
