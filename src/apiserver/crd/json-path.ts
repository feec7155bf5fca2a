/** Finds values by JSON paths. Mirrors client-go util/jsonpath with missing keys allowed. */
import { goJson, goNumber } from '../../api/go-text.ts';
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import { unreachable } from '../../lib/unreachable.ts';
import { sortedKeys } from '../../schema/structural/sorted-keys.ts';
import { parseJsonPath, type PathNode, type PathNodes, type SliceParam } from './json-path-parser.ts';

/** Values that one path may have in hand at once. */
const valuesMax = 100_000;

export class JsonPath {
  readonly #nodes: PathNodes;

  /** @throws JsonPathError */
  constructor(text: string) {
    this.#nodes = parseJsonPath(text);
  }

  /** All values; `undefined`: the path does not fit the value. */
  find(value: JsonValue): readonly JsonValue[] | undefined {
    return walk([value], this.#nodes);
  }
}

/** As `Fprint` writes a value; lists and objects are JSON. Mirrors JSONPath.PrintResults. */
export function printedValue(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return goNumber(value);
  return typeof value === 'object' ? goJson(sortedKeys(value)) : String(value);
}

type Found = readonly JsonValue[] | undefined;

function walk(values: readonly JsonValue[], nodes: PathNodes): Found {
  let current: Found = values;
  for (const node of nodes) {
    current = current && step(current, node);
    if (!current || current.length > valuesMax) return undefined;
  }
  return current;
}

function step(values: readonly JsonValue[], node: PathNode): Found {
  switch (node.kind) {
    case 'field':
      return values.flatMap((value) =>
        isJsonObject(value) && Object.hasOwn(value, node.name) ? [value[node.name] ?? null] : [],
      );
    case 'literal':
      return values.map(() => node.value);
    case 'unknown':
      return undefined;
    case 'wildcard':
      return values.flatMap(childrenOf);
    case 'recursive':
      return values.flatMap((value) => descendants(value, 0));
    case 'slice':
      return all(values, (value) => slice(value, node.params));
    case 'filter':
      return all(values, (value) => filter(value, node));
    case 'union':
      return all(node.lists, (list) => walk(values, list));
    default:
      return unreachable(node);
  }
}

function all<T>(items: readonly T[], find: (item: T) => Found): Found {
  const found: JsonValue[] = [];
  for (const item of items) {
    const some = find(item);
    if (!some) return undefined;
    found.push(...some);
  }
  return found;
}

function childrenOf(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

const depthMax = 1000;

/** What has something inside. */
function descendants(value: JsonValue, depth: number): readonly JsonValue[] {
  const children = childrenOf(value);
  if (children.length === 0 || depth > depthMax) return [];
  return [value, ...children.flatMap((child) => descendants(child, depth + 1))];
}

function slice(value: JsonValue, [from, to, step]: readonly [SliceParam, SliceParam, SliceParam]): Found {
  if (value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const { length } = value;
  let start = from.known ? from.value : 0;
  if (start < 0) start += length;
  let end = to.known ? to.value : length;
  if (end < 0 || (end === 0 && to.derived)) end += length;
  if (start === end) return [];
  if (start >= length || start < 0 || end > length || end < 0 || start > end) return undefined;
  if (step.known && step.value <= 0) return undefined;
  const every = step.known ? step.value : 1;
  return value.slice(start, end).filter((_, index) => index % every === 0);
}

function filter(value: JsonValue, node: Extract<PathNode, { kind: 'filter' }>): Found {
  if (!Array.isArray(value)) return undefined;
  const kept: JsonValue[] = [];
  for (const item of value) {
    const lefts = walk([item], node.left);
    if (node.operator === 'exists') {
      if (lefts && lefts.length > 0) kept.push(item);
      continue;
    }
    const rights = walk([item], node.right);
    if (!lefts || !rights || lefts.length > 1 || rights.length > 1) return undefined;
    const [left, right] = [lefts[0], rights[0]];
    if (left === undefined || right === undefined) continue;
    const passes = compare(left, right, node.operator);
    if (passes === undefined) return undefined;
    if (passes) kept.push(item);
  }
  return kept;
}

/** `undefined`: they can't be compared. */
function compare(left: JsonValue, right: JsonValue, operator: string): boolean | undefined {
  if (typeof left !== typeof right || typeof left === 'object') return undefined;
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left === 'boolean' || typeof right !== typeof left || right === null) return undefined;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return undefined;
  }
}
