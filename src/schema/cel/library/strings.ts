/** `charAt`, `replace`, `split`, `format`…, by code points. Mirrors cel-go ext/strings.go, version 2; `reverse` is of version 3. */
import { intType, listDynType, listType, stringType, type CelType } from '../cel-type.ts';
import { global, member, type FunctionDeclaration, type Library, type Overload } from '../declaration.ts';
import { valueText } from '../value-type.ts';
import { ArrayList, CelError, isInt, ListValue, noSuchOverload, type Value } from '../value.ts';
import { formatText } from './string-format.ts';

/** Longer texts than these aren't made. In UTF-16 units, and in items. */
const textMax = 64 * 1024 * 1024;
const itemsMax = 16 * 1024 * 1024;
const tooLarge = new CelError('operation cancelled: value is too large');

const strings = listType(stringType);

export const stringsLibrary = (): Library => ({
  functions: [
    { name: 'charAt', overloads: [method('string_char_at_int', [intType], stringType, charAt)] },
    {
      name: 'indexOf',
      overloads: [
        method('string_index_of_string', [stringType], intType, (text, part) => indexOf(text, part, 0)),
        method('string_index_of_string_int', [stringType, intType], intType, indexOf),
      ],
    },
    {
      name: 'lastIndexOf',
      overloads: [
        method('string_last_index_of_string', [stringType], intType, lastIndexOf),
        method('string_last_index_of_string_int', [stringType, intType], intType, lastIndexOfBefore),
      ],
    },
    simple('lowerAscii', 'string_lower_ascii', (text) => text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase())),
    simple('upperAscii', 'string_upper_ascii', (text) => text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase())),
    simple('trim', 'string_trim', trim),
    {
      name: 'replace',
      overloads: [
        method('string_replace_string_string', [stringType, stringType], stringType, (text, old, by) =>
          replace(text, old, by, -1),
        ),
        method('string_replace_string_string_int', [stringType, stringType, intType], stringType, replace),
      ],
    },
    {
      name: 'split',
      overloads: [
        method('string_split_string', [stringType], strings, (text, separator) => split(text, separator, -1)),
        method('string_split_string_int', [stringType, intType], strings, split),
      ],
    },
    {
      name: 'substring',
      overloads: [
        method('string_substring_int', [intType], stringType, (text, start) => substring(text, start, undefined)),
        method('string_substring_int_int', [intType, intType], stringType, substring),
      ],
    },
    {
      name: 'format',
      overloads: [member('string_format', [stringType, listDynType], stringType, format)],
    },
    { name: 'strings.quote', overloads: [global('strings_quote', [stringType], stringType, quote)] },
    {
      name: 'join',
      overloads: [
        member('list_join', [strings], stringType, (list) => join(list, '')),
        member('list_join_string', [strings, stringType], stringType, join),
      ],
    },
  ],
});

/** Of strings; Kubernetes has it of lists only. */
export const stringReverseLibrary = (): Library => ({
  functions: [simple('reverse', 'string_reverse', (text) => Array.from(text).reverse().join(''))],
});

function method(
  id: string,
  args: readonly CelType[],
  result: CelType,
  run: (text: string, first: Value, second: Value, third: Value) => Value,
): Overload {
  return member(id, [stringType, ...args], result, (text = null, first = null, second = null, third = null) =>
    typeof text === 'string' ? run(text, first, second, third) : noSuchOverload,
  );
}

function simple(name: string, id: string, run: (text: string) => string): FunctionDeclaration {
  return { name, overloads: [method(id, [], stringType, run)] };
}

/** Go's white space is Unicode's: unlike JavaScript's it has U+0085 and not U+FEFF. From both ends, without backtracking. */
function trim(text: string): string {
  const isSpace = (unit: number): boolean =>
    unit === 0x20 || (unit >= 9 && unit <= 13) || (unit >= 0x85 && /[\u0085\p{Z}]/u.test(String.fromCharCode(unit)));
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function outOfRange(index: number | bigint): CelError {
  return new CelError(`index out of range: ${index}`);
}

/** Texts without surrogates need no taking apart. */
function charactersOf(text: string): { readonly length: number; slice(start: number, end?: number): string } {
  // oxlint-disable-next-line no-control-regex
  if (!/[\ud800-\udfff]/.test(text)) return text;
  const characters = Array.from(text);
  return { length: characters.length, slice: (start, end) => characters.slice(start, end).join('') };
}

function charAt(text: string, index: Value): Value {
  if (!isInt(index)) return noSuchOverload;
  const characters = charactersOf(text);
  const at = Number(index);
  return at < 0 || at > characters.length ? outOfRange(index) : characters.slice(at, at + 1);
}

function indexOf(text: string, part: Value, offset: Value): Value {
  if (typeof part !== 'string' || !isInt(offset)) return noSuchOverload;
  if (part === '') return offset;
  if (offset < 0) return outOfRange(offset);
  const characters = charactersOf(text);
  if (Number(offset) >= characters.length) return -1;
  const skipped = characters.slice(0, Number(offset)).length;
  const found = text.indexOf(part, skipped);
  return found < 0 ? -1 : charactersOf(text.slice(0, found)).length;
}

function lastIndexOf(text: string, part: Value): Value {
  if (typeof part !== 'string') return noSuchOverload;
  if (part === '') return charactersOf(text).length;
  const found = text.lastIndexOf(part);
  return found < 0 ? -1 : charactersOf(text.slice(0, found)).length;
}

function lastIndexOfBefore(text: string, part: Value, offset: Value): Value {
  if (typeof part !== 'string' || !isInt(offset)) return noSuchOverload;
  if (part === '') return offset;
  if (offset < 0) return outOfRange(offset);
  const characters = charactersOf(text);
  if (Number(offset) >= characters.length) return -1;
  const found = text.lastIndexOf(part, characters.slice(0, Number(offset)).length);
  return found < 0 ? -1 : charactersOf(text.slice(0, found)).length;
}

/** @param count negative: all. An empty `old` is found before each character and at the end. */
function replace(text: string, old: Value, by: Value, count: Value): Value {
  if (typeof old !== 'string' || typeof by !== 'string' || !isInt(count)) return noSuchOverload;
  const limit = count < 0 ? Number.MAX_SAFE_INTEGER : Number(count);
  const pieces = old === '' ? ['', ...Array.from(text), ''] : text.split(old);
  const gaps = Math.min(limit, pieces.length - 1);
  if (text.length + gaps * by.length > textMax) return tooLarge;
  if (gaps === pieces.length - 1 && old !== '') return pieces.join(by);
  let result = pieces[0] ?? '';
  for (let index = 1; index < pieces.length; index++) result += (index <= gaps ? by : old) + (pieces[index] ?? '');
  return result;
}

/** @param count negative: all; 0: none */
function split(text: string, separator: Value, count: Value): Value {
  if (typeof separator !== 'string' || !isInt(count)) return noSuchOverload;
  if (count === 0) return new ArrayList([]);
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (parts.length > itemsMax) return tooLarge;
  if (count < 0 || parts.length <= Number(count)) return new ArrayList(parts);
  const head = parts.slice(0, Number(count) - 1);
  return new ArrayList([...head, parts.slice(Number(count) - 1).join(separator)]);
}

function substring(text: string, start: Value, end: Value | undefined): Value {
  if (!isInt(start) || (end !== undefined && !isInt(end))) return noSuchOverload;
  const characters = charactersOf(text);
  if (end !== undefined && start > end) {
    return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  }
  if (start < 0 || Number(start) > characters.length) return outOfRange(start);
  if (end !== undefined && (end < 0 || Number(end) > characters.length)) return outOfRange(end);
  return characters.slice(Number(start), end === undefined ? undefined : Number(end));
}

function join(list: Value = null, separator: Value = null): Value {
  if (!(list instanceof ListValue) || typeof separator !== 'string') return noSuchOverload;
  const parts: string[] = [];
  let length = 0;
  for (const item of list) {
    if (typeof item !== 'string') return new CelError(`join: invalid input: ${valueText(item)}`);
    length += item.length + separator.length;
    if (length > textMax) return tooLarge;
    parts.push(item);
  }
  return parts.join(separator);
}

const quoteEscapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function quote(text: Value = null): Value {
  if (typeof text !== 'string') return noSuchOverload;
  // oxlint-disable-next-line no-control-regex
  return `"${text.toWellFormed().replaceAll(/[\u0007\b\f\n\r\t\v\\"]/g, (character) => quoteEscapes[character] ?? '')}"`;
}

function format(text: Value = null, args: Value = null): Value {
  return typeof text === 'string' && args instanceof ListValue ? formatText(text, args) : noSuchOverload;
}
