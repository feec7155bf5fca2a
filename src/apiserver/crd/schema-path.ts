/** Paths of fields in a schema, as selectable fields and rules name them. Mirrors apiextensions-apiserver schema/cel ValidFieldPath. */
import type { StructuralSchema } from '../../schema/structural/structural-schema.ts';

export type SchemaPath =
  | { readonly ok: true; readonly names: readonly string[]; readonly schema: StructuralSchema }
  | { readonly ok: false; readonly error: string };

/** `arrays`: `['name']` may be written. */
export function schemaPath(text: string, root: StructuralSchema, arrays: boolean): SchemaPath {
  const tokens = tokensOf(text);
  const names: string[] = [];
  let schema = root;
  const fail = (error: string): SchemaPath => ({ ok: false, error });
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at++] ?? '';
    if (token !== '.' && token !== '[') return fail(`expected [ or . but got: ${token}`);
    if (token === '[' && !arrays) return fail('array notation is not allowed');
    const name = tokens[at++];
    if (name === undefined) return fail('unexpected end of JSON path');
    const quoted = token === '[' ? /^'(.*)'$/s.exec(name)?.[1] : undefined;
    if (token === '[' && quoted === undefined) return fail(`expected single quoted string but got ${name}`);
    const key = quoted === undefined ? name : quoted.replaceAll(/\\(.)/gs, '$1');
    const { properties, additionalProperties: additional } = schema;
    const inner = properties ? properties.get(key) : typeof additional === 'object' ? additional : undefined;
    if (!inner) return fail('does not refer to a valid field');
    schema = inner;
    names.push(key);
    if (token !== '[') continue;
    const end = tokens[at++];
    if (end === undefined) return fail('unexpected end of JSON path');
    if (end !== ']') return fail(`expected ] but got ${end}`);
  }
  return { ok: true, names, schema };
}

/** Delimiters, and what is between them; a quoted text is one. */
function tokensOf(text: string): readonly string[] {
  return [...text.matchAll(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]]+/gs)].map(([token]) => token);
}
