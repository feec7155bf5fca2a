/**
 * YAML bodies become the JSON that sigs.k8s.io/yaml makes of them: YAML 1.1 words and numbers, duplicate keys (the last one counts),
 * merge keys, only the first document. The parser is loaded when the first body comes that needs it.
 */
import type * as Yaml from 'yaml';
import type { JsonValue } from '../json.ts';
import { decodeJson, DecodeError } from './json.ts';
import { duplicateFieldErrors } from './json-duplicates.ts';
import { YamlReader } from './yaml-reader.ts';
import { yamlErrorText } from './yaml-error.ts';

export interface YamlBody {
  readonly value: JsonValue;
  /** What strict field validation has to say of duplicate keys. */
  readonly strictError: string | undefined;
}

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
    if (error instanceof RangeError) throw new DecodeError('yaml: exceeded max depth of 10000', { cause: error });
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
  const documents = yaml.parseAllDocuments(text, {
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    merge: false,
    strict: false,
    logLevel: 'silent',
    prettyErrors: false,
    lineCounter: lines,
  });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (document === undefined) return { value: null, strictError: undefined };
  if (document.errors.length > 0) throw new DecodeError(yamlErrorText(document.errors, lines, text));
  const reader = new YamlReader(yaml, (offset) => lines.linePos(offset).line);
  const value = reader.read(document.contents);
  const strictError =
    reader.duplicates.length === 0 ? undefined : `yaml: unmarshal errors:\n${reader.duplicates.join('\n')}`;
  return { value, strictError };
}
