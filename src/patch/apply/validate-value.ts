/**
 * Whether what is applied fits the schema: it comes as the client wrote it, not decoded. Mirrors structured-merge-diff typed
 * validate.go, with its words.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { goTypeText, goValueText } from '../../api/go-text.ts';
import type { Schema } from '../../schema/schema.ts';
import { listElement } from './list-element.ts';
import { pathElementText } from './path-element.ts';
import { childSchema, isAtomicList, itemSchema, shapeOf } from './shape.ts';
import { TypedError, type TypedProblem } from './typed-error.ts';

/** @throws TypedError with all that is wrong */
export function validateValue(schema: Schema, value: JsonValue): void {
  const problems: TypedProblem[] = [];
  validate(schema, value, '', problems);
  if (problems.length > 0) throw new TypedError(problems);
}

function validate(schema: Schema, value: JsonValue, path: string, problems: TypedProblem[]): void {
  const say = (message: string): number => problems.push({ path, message });
  if (value === null) return;
  switch (shapeOf(schema, value)) {
    case 'scalar': {
      const message = scalarProblem(schema, value);
      if (message !== undefined) say(message);
      return;
    }
    case 'list':
      if (Array.isArray(value)) validateItems(schema, value, path, problems);
      else say(`expected list, got &{${goValueText(value)}}`);
      return;
    case 'map':
      if (isJsonObject(value)) validateKeys(schema, value, path, problems);
      else say(`expected map, got &{${goValueText(value)}}`);
      return;
  }
}

function validateItems(schema: Schema, list: readonly JsonValue[], path: string, problems: TypedProblem[]): void {
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    let step = `[${index}]`;
    if (!isAtomicList(schema)) {
      let element: string;
      try {
        element = listElement(schema, item);
      } catch (error) {
        if (!(error instanceof TypedError)) throw error;
        problems.push({ path, message: `element ${index}: ${error.message}` });
        return;
      }
      step = pathElementText(element);
      if (seen.has(element)) problems.push({ path, message: `duplicate entries for key ${step}` });
      seen.add(element);
    }
    validate(itemSchema(schema), item, path + step, problems);
  }
}

/** A field that nobody declared ends the search in its map, as upstream has it. */
function validateKeys(schema: Schema, map: JsonObject, path: string, problems: TypedProblem[]): void {
  for (const name of Object.keys(map)) {
    const child = childSchema(schema, name);
    if (!child) {
      problems.push({ path: `${path}.${name}`, message: 'field not declared in schema' });
      return;
    }
    validate(child, map[name] ?? null, `${path}.${name}`, problems);
  }
}

function scalarProblem(schema: Schema, value: JsonValue): string | undefined {
  const shown = `&value.valueUnstructured{Value:${goSyntax(value)}}`;
  if (schema.type === 'integer' || schema.type === 'number') {
    return typeof value === 'number' || typeof value === 'bigint'
      ? undefined
      : `expected numeric (int or float), got ${goTypeText(value)}`;
  }
  if (schema.type === 'boolean') {
    return typeof value === 'boolean' ? undefined : `expected boolean, got &{${goValueText(value)}}`;
  }
  if (schema.type !== 'string') return undefined;
  // Upstream's schema knows nothing of the other forms.
  if (schema.format === 'plain' || schema.format === 'byte' || schema.format === 'duration') {
    return typeof value === 'string' ? undefined : `expected string, got ${shown}`;
  }
  return typeof value === 'object' ? `expected any scalar, got &{${goValueText(value)}}` : undefined;
}

/** `%#v` of decoded JSON. */
function goSyntax(value: JsonValue): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return goValueText(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  const entries = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key] ?? null)}`);
  return `map[string]interface {}{${entries.join(', ')}}`;
}
