/** Paths of fields in a schema, as rules and selectable fields name them: `.spec.replicas`, `.labels['a.b']`. Mirrors apiextensions-apiserver schema/cel ValidFieldPath. */
import { Path } from '../../api/field-error.ts';
import type { StructuralSchema } from './structural-schema.ts';

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
};

/** Where the path leads, as errors write it, and the schema there. */
export type FoundFieldPath =
  | { readonly ok: true; readonly path: Path; readonly schema: StructuralSchema }
  | { readonly ok: false; readonly error: string };

/** @param brackets whether `['name']` may be used. Default: true */
export function findFieldPath(text: string, root: StructuralSchema, brackets = true): FoundFieldPath {
  const failed = (error: string): FoundFieldPath => ({ ok: false, error });
  const tokens = tokensOf(text);
  let path = new Path('');
  let schema = root;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    if (token !== '.' && token !== '[') return failed(`expected [ or . but got: ${token}`);
    if (token === '[' && !brackets) return failed('array notation is not allowed');
    const next = tokens[++index];
    if (next === undefined) return failed('unexpected end of JSON path');
    let name = next;
    if (token === '[') {
      if (next.length < 2 || !next.startsWith("'") || !next.endsWith("'")) {
        return failed(`expected single quoted string but got ${next}`);
      }
      const unescaped = unescape(next.slice(1, -1));
      if (!unescaped.ok) return failed(`invalid string literal: invalid escape char ${unescaped.escape}`);
      name = unescaped.text;
    }
    const isMap = schema.properties === undefined;
    const inner = isMap ? schema.additionalProperties : schema.properties?.get(name);
    if (inner === undefined || typeof inner === 'boolean') return failed('does not refer to a valid field');
    path = isMap ? path.key(name) : path.child(name);
    schema = inner;
    if (token !== '[') continue;
    const close = tokens[++index];
    if (close === undefined) return failed('unexpected end of JSON path');
    if (close !== ']') return failed(`expected ] but got ${close}`);
  }
  return { ok: true, path, schema };
}

/** Dots, brackets, quoted texts, and what is between them. */
function tokensOf(text: string): readonly string[] {
  return text.match(/'(?:[^\\']|\\[^]|\\)*?[^\\]'|'[^]*|[.[\]]|[^.[\]]+/g) ?? [];
}

function unescape(
  text: string,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly escape: string } {
  const bad = text.match(/\\./g)?.find((escape) => !Object.hasOwn(escapes, escape.slice(1)));
  if (bad !== undefined) return { ok: false, escape: bad };
  return { ok: true, text: text.replaceAll(/\\(.)/g, (_, character: string) => escapes[character] ?? '') };
}
