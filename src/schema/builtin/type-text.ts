/**
 * The text that the generated table holds for a struct: fields in the order of Go's declaration, split by `; `, each of them tokens
 * split by a space:
 *
 *     containers []Container ! @map:name +merge ^name
 *
 * name, Go type, then: `~Struct` inlined from there · `?` omitempty · `??` omitzero · `!` required · `@atomic|@set|@map:key,…` list type · `%atomic|%granular` map
 * type · `+strategy,…` patch strategy · `^key` patch merge key · `=json` default. A leading `%atomic` belongs to the type itself.
 */
import type { JsonValue } from '../../api/json.ts';
import type { PatchStrategy } from '../schema.ts';

export interface FieldText {
  readonly name: string;
  /** A Go type expression; named types of another package have its short name before them. */
  readonly type: string;
  /** Go's name of the struct that it is inlined from; empty where it isn't. */
  readonly inlinedFrom: string;
  readonly omit: 'never' | 'empty' | 'zero';
  readonly required: boolean;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'granular' | 'atomic' | undefined;
  readonly patchStrategy: readonly PatchStrategy[];
  readonly patchMergeKey: string | undefined;
  readonly default: JsonValue | undefined;
}

export interface TypeText {
  readonly mapType: 'granular' | 'atomic' | undefined;
  readonly fields: readonly FieldText[];
}

/** The text comes from our own generator: what it does not write is not checked for. */
export function parseTypeText(text: string): TypeText {
  const parts = text === '' ? [] : text.split('; ');
  const mapType = parts[0]?.startsWith('%') ? mapTypeOf(parts.shift()) : undefined;
  return { mapType, fields: parts.map(parseField) };
}

function parseField(text: string): FieldText {
  const equals = text.indexOf(' =');
  const tokens = (equals < 0 ? text : text.slice(0, equals)).split(' ');
  const [name = '', type = '', ...marks] = tokens;
  const marked = (mark: string): string | undefined => marks.find((token) => token.startsWith(mark))?.slice(1);
  const [listType, keys] = (marked('@') ?? '').split(':');
  return {
    name,
    type,
    inlinedFrom: marked('~') ?? '',
    omit: marks.includes('??') ? 'zero' : marks.includes('?') ? 'empty' : 'never',
    required: marks.includes('!'),
    listType: listType === 'map' || listType === 'set' || listType === 'atomic' ? listType : undefined,
    listMapKeys: keys?.split(',') ?? [],
    mapType: mapTypeOf(marks.find((token) => token.startsWith('%'))),
    // The generator copies upstream's words, which are these.
    patchStrategy: (marked('+')?.split(',') ?? []) as PatchStrategy[],
    patchMergeKey: marked('^'),
    // JSON.parse gives JSON.
    default: equals < 0 ? undefined : (JSON.parse(text.slice(equals + 2)) as JsonValue),
  };
}

function mapTypeOf(token: string | undefined): 'granular' | 'atomic' | undefined {
  return token === '%atomic' ? 'atomic' : token === '%granular' ? 'granular' : undefined;
}
