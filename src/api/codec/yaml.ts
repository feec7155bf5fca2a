/**
 * YAML bodies become the JSON that sigs.k8s.io/yaml makes of them: YAML 1.1 words and numbers, duplicate keys (the last one counts),
 * merge keys, only the first document. The parser is loaded when the first body comes that needs it.
 */
import type * as Yaml from 'yaml';
import type { JsonValue } from '../json.ts';
import { decodeJson, DecodeError, jsonDepthMax } from './json.ts';
import { duplicateFieldErrors } from './json-duplicates.ts';
import { YamlReader } from './yaml-reader.ts';
import { yamlErrorText } from './yaml-error.ts';

export interface YamlBody {
  readonly value: JsonValue;
  /** What strict field validation has to say of duplicate keys. */
  readonly strictError: string | undefined;
}

const parserOptions = {
  schema: 'failsafe',
  version: '1.1',
  uniqueKeys: false,
  merge: false,
  strict: false,
  logLevel: 'silent',
  prettyErrors: false,
} as const;
/** Indentation, marks and line ends count as well: about ten to a line. More take seconds, in which nothing else is done. */
const lexemesMax = 250_000;
/** What the parser is in the middle of: with what may surround the nested values. */
const nestingMax = jsonDepthMax + 10;
const depthError = 'yaml: exceeded max depth of 10000';

/** @throws DecodeError with go-yaml's message, as far as the other parser lets us know it */
export async function decodeYaml(bytes: Uint8Array): Promise<YamlBody> {
  const json = decodeAsJson(bytes);
  if (json !== undefined) return { value: json, strictError: undefined };
  const yaml = await import('yaml');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  try {
    return readDocument(yaml, text);
  } catch (error) {
    // The parser is recursive.
    if (error instanceof RangeError) throw new DecodeError(depthError, { cause: error });
    throw error;
  }
}

/** JSON is YAML, and what most clients send as YAML is JSON. */
function decodeAsJson(bytes: Uint8Array): JsonValue | undefined {
  const first = bytes.find((byte) => byte > 0x20);
  if (first !== 0x7b) return undefined;
  try {
    const value = decodeJson(bytes);
    return duplicateFieldErrors(bytes).length === 0 ? value : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function readDocument(yaml: typeof Yaml, text: string): YamlBody {
  const lines = new yaml.LineCounter();
  const document = firstDocument(yaml, text, lines);
  if (document === undefined) return { value: null, strictError: undefined };
  if (document.errors.length > 0) throw new DecodeError(yamlErrorText(document.errors, lines, text));
  const reader = new YamlReader(yaml, (offset) => lines.linePos(offset).line);
  const value = reader.read(document.contents);
  const strictError =
    reader.duplicates.length === 0 ? undefined : `yaml: unmarshal errors:\n${reader.duplicates.join('\n')}`;
  return { value, strictError };
}

/**
 * Piece by piece, so that what costs dear is refused before it is there as a tree.
 * @throws DecodeError for too many pieces, or too deep a nesting of them
 */
function firstDocument(yaml: typeof Yaml, text: string, lines: Yaml.LineCounter): Yaml.Document | undefined {
  const parser = new yaml.Parser(lines.addNewLine);
  const composer = new yaml.Composer(parserOptions);
  const composed = function* (tokens: Iterable<Yaml.CST.Token>): Generator<Yaml.Document> {
    for (const token of tokens) yield* composer.next(token);
  };
  lines.addNewLine(0);
  let count = 0;
  for (const lexeme of new yaml.Lexer().lex(text)) {
    count++;
    if (count > lexemesMax) throw new DecodeError(`yaml: document has more than ${lexemesMax} tokens`);
    for (const document of composed(parser.next(lexeme))) return document;
    if (parser.stack.length > nestingMax) throw new DecodeError(depthError);
  }
  for (const document of composed(parser.end())) return document;
  for (const document of composer.end()) return document;
  return undefined;
}
