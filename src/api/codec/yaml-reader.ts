/** A parsed YAML document as JSON. Mirrors go-yaml v2's decoder and sigs.k8s.io/yaml's conversion of keys. */
import type * as Yaml from 'yaml';
import { goFloat, goQuote } from '../go-text.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { DecodeError, jsonDepthMax } from './json.ts';
import { resolveYamlScalar, type YamlScalar } from './yaml-scalar.ts';

const tagPrefix = 'tag:yaml.org,2002:';

/** Below this many nodes a document may consist of aliases nearly wholly, above the second hardly. Upstream's figures. */
const aliasRatioLow = 400_000;
const aliasRatioHigh = 4_000_000;

export class YamlReader {
  /** Of keys that came again: upstream's strict decoder reports them. */
  readonly duplicates: string[] = [];
  readonly #yaml: typeof Yaml;
  readonly #lineAt: (offset: number) => number;
  readonly #anchors = new Map<string, Yaml.Node>();
  readonly #openAliases = new Set<Yaml.Node>();
  #nodes = 0;
  #aliasedNodes = 0;
  #aliasDepth = 0;
  #depth = 0;

  /** @param lineAt counted from 1 */
  constructor(yaml: typeof Yaml, lineAt: (offset: number) => number) {
    this.#yaml = yaml;
    this.#lineAt = lineAt;
  }

  /** @throws DecodeError */
  read(node: Yaml.Node | null | undefined): JsonValue {
    this.#count();
    if (node === null || node === undefined) return null;
    if (this.#yaml.isAlias(node)) return this.#throughAlias(node, (target) => this.read(target));
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (this.#yaml.isScalar(node)) return jsonScalar(scalarValue(node));
    this.#depth++;
    if (this.#depth > jsonDepthMax) throw failure('exceeded max depth of 10000');
    const value = this.#collection(node);
    this.#depth--;
    return value;
  }

  #collection(node: Yaml.Node): JsonValue {
    if (this.#yaml.isSeq(node)) return node.items.map((item) => this.read(asNode(item)));
    const object: JsonObject = {};
    if (this.#yaml.isMap(node)) this.#readInto(object, node, new Set());
    return object;
  }

  #readInto(object: JsonObject, map: Yaml.YAMLMap, seen: Set<string>): void {
    for (const { key, value } of map.items) {
      const [keyNode, valueNode] = [asNode(key), asNode(value)];
      if (this.#isMergeKey(keyNode)) {
        this.#merge(object, valueNode, seen);
        continue;
      }
      const [name, shown] = this.#key(keyNode);
      const item = this.read(valueNode);
      if (seen.has(name)) {
        const offset = (valueNode ?? keyNode)?.range?.[0] ?? 0;
        this.duplicates.push(`  line ${this.#lineAt(offset)}: key ${shown} already set in map`);
      }
      seen.add(name);
      object[name] = item;
    }
  }

  #isMergeKey(node: Yaml.Node | null): boolean {
    return (
      this.#yaml.isScalar(node) && node.value === '<<' && (node.type === 'PLAIN' || node.tag === `${tagPrefix}merge`)
    );
  }

  /** `<<`: what stands there fills the object; of a list, the first one wins. */
  #merge(object: JsonObject, node: Yaml.Node | null, seen: Set<string>): void {
    if (this.#yaml.isSeq(node)) {
      for (const item of node.items.toReversed()) this.#mergeMap(object, asNode(item), seen);
    } else {
      this.#mergeMap(object, node, seen);
    }
  }

  #mergeMap(object: JsonObject, node: Yaml.Node | null, seen: Set<string>): void {
    this.#count();
    if (this.#yaml.isAlias(node)) {
      this.#throughAlias(node, (target) => this.#mergeMap(object, target, seen));
    } else if (this.#yaml.isMap(node)) {
      this.#readInto(object, node, seen);
    } else {
      throw failure('map merge requires map or sequence of maps as the value');
    }
  }

  #throughAlias<T>(alias: Yaml.Alias, read: (target: Yaml.Node) => T): T {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) throw failure(`unknown anchor '${alias.source}' referenced`);
    if (this.#openAliases.has(alias)) throw failure(`anchor '${alias.source}' value contains itself`);
    this.#openAliases.add(alias);
    this.#aliasDepth++;
    const value = read(target);
    this.#aliasDepth--;
    this.#openAliases.delete(alias);
    return value;
  }

  /** The key, and how upstream shows it. */
  #key(node: Yaml.Node | null): [name: string, shown: string] {
    this.#count();
    if (this.#yaml.isAlias(node)) {
      return this.#throughAlias(node, (target) => this.#key(target));
    }
    if (node?.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node !== null && !this.#yaml.isScalar(node)) throw failure('invalid map key: map[interface {}]interface {}{}');
    const value = node === null ? null : scalarValue(node);
    if (value === null) throw new DecodeError('unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>');
    if (value === '__proto__') throw new DecodeError('json: object key "__proto__" is not supported');
    if (typeof value === 'string') return [value, goQuote(value)];
    const name = typeof value === 'number' ? numberKey(value) : String(value);
    return [name, name];
  }

  #count(): void {
    this.#nodes++;
    if (this.#aliasDepth > 0) this.#aliasedNodes++;
    if (this.#aliasedNodes <= 100 || this.#nodes <= 1000) return;
    if (this.#aliasedNodes / this.#nodes > allowedAliasRatio(this.#nodes)) {
      throw failure('document contains excessive aliasing');
    }
  }
}

function allowedAliasRatio(nodes: number): number {
  if (nodes <= aliasRatioLow) return 0.99;
  if (nodes >= aliasRatioHigh) return 0.1;
  return 0.99 - (0.89 * (nodes - aliasRatioLow)) / (aliasRatioHigh - aliasRatioLow);
}

function failure(text: string): DecodeError {
  return new DecodeError(`yaml: ${text}`);
}

/** Keys and values of the parser's maps and sequences are nodes, or nothing. */
function asNode(value: unknown): Yaml.Node | null {
  // Only a document built by hand has anything else there.
  return (value ?? null) as Yaml.Node | null;
}

function scalarValue(node: Yaml.Scalar): YamlScalar {
  const text = node.source ?? '';
  const tag = node.tag?.startsWith(tagPrefix) === true ? node.tag.slice(tagPrefix.length) : node.tag;
  switch (tag) {
    case undefined:
      return node.type === 'PLAIN' ? resolveYamlScalar(text) : text;
    case 'binary':
      return Buffer.from(text, 'base64').toString();
    case 'bool':
      return ofType(text, tag, 'boolean');
    case 'int':
      return ofType(text, tag, 'number');
    case 'float':
      return ofType(text, tag, 'number');
    case 'null':
      return resolveYamlScalar(text) === null ? null : mismatch(text, tag);
    default:
      return text;
  }
}

function ofType(text: string, tag: string, type: 'boolean' | 'number'): YamlScalar {
  const value = resolveYamlScalar(text);
  return typeof value === type ? value : mismatch(text, tag);
}

function mismatch(text: string, tag: string): never {
  throw failure(`cannot decode !!str \`${text}\` as a !!${tag}`);
}

function jsonScalar(value: YamlScalar): JsonValue {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new DecodeError(`json: unsupported value: ${infinityText(value)}`);
}

function infinityText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** Floats are written with the digits of a 32-bit one. */
function numberKey(value: number): string {
  if (Number.isInteger(value)) return String(BigInt(value));
  if (!Number.isFinite(value)) return { NaN: '.nan', '+Inf': '.inf', '-Inf': '-.inf' }[infinityText(value)] ?? '';
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return goFloat(short);
  }
  return goFloat(Number(value.toPrecision(9)));
}
