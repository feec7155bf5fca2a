/** Reads YAML as upstream's library (YAML 1.1, without its dates and base-60 numbers) turns it into JSON. */
import { isMap, isScalar, LineCounter, parseAllDocuments, visit, type Document, type Tags } from 'yaml';
import type { JsonValue } from '../../api/json.ts';
import { jsonDepthMax } from './go-json.ts';
import { aliasErrorText, yamlErrorText } from './yaml-error-text.ts';

export interface ParsedYaml {
  readonly value: JsonValue;
  /** `line 3: key "a" already set in map` */
  readonly duplicates: readonly string[];
}

/** The text is no YAML. The message is as upstream's, but for what is wrong. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/** More aliases than this are an attack. */
const aliasesMax = 100;

/** The first document of the text; empty text is null. */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const options = {
    version: '1.1',
    uniqueKeys: false,
    lineCounter: lines,
    customTags: withoutDates,
    stringKeys: true,
  } as const;
  let document: Document | undefined;
  try {
    const documents = parseAllDocuments(text, options);
    // An empty stream gives no documents, but an object that says so.
    document = Array.isArray(documents) ? documents[0] : undefined;
    const error = document?.errors[0];
    if (error) throw new YamlError(yamlErrorText(error, text), { cause: error });
    if (document === undefined) return { value: null, duplicates: [] };
    // YAML with string keys and no dates is JSON.
    const value = (document.toJS({ maxAliasCount: aliasesMax }) ?? null) as JsonValue;
    if (depthOf(value) > jsonDepthMax) throw new YamlError('yaml: exceeded max depth');
    return { value, duplicates: duplicatesOf(document, lines) };
  } catch (cause) {
    if (cause instanceof YamlError) throw cause;
    const problem = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : 'unreadable';
    throw new YamlError(aliasErrorText(problem) ?? `yaml: ${problem}`, { cause });
  }
}

function withoutDates(tags: Tags): Tags {
  return tags.filter(
    (tag) =>
      typeof tag === 'string' ||
      (tag.tag !== 'tag:yaml.org,2002:timestamp' && tag.tag !== 'tag:yaml.org,2002:binary' && tag.format !== 'TIME'),
  );
}

function duplicatesOf(document: Document, lines: LineCounter): string[] {
  const found: string[] = [];
  visit(document, {
    Map(_key, node) {
      if (!isMap(node)) return;
      const seen = new Set<string>();
      for (const { key } of node.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const line = lines.linePos(key.range?.[0] ?? 0).line;
        if (seen.has(name)) found.push(`line ${line}: key ${JSON.stringify(name)} already set in map`);
        seen.add(name);
      }
    },
  });
  return found;
}

function depthOf(root: JsonValue): number {
  let level: JsonValue[] = [root];
  for (let depth = 0; ; depth++) {
    if (level.length === 0 || depth > jsonDepthMax) return depth;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
}
