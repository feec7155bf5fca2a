/** The fields that selectors of a custom resource may name. Mirrors apiextensions-apiserver registry/customresource strategy.go. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { printedValue, type JsonPath } from './json-path.ts';

/** `paths`: with their texts (`.spec.color`). */
export function selectableFields(
  paths: readonly (readonly [text: string, path: JsonPath])[],
): (object: Readonly<KubeObject>) => Readonly<Record<string, string>> {
  const named = paths.map(([text, path]) => [text.replace(/^\./, ''), path] as const);
  return (object) =>
    Object.fromEntries(
      named.map(([name, path]) => {
        // Objects are plain JSON.
        const value = path.find(object as JsonObject)?.[0];
        return [name, value === undefined || value === null ? '' : printedValue(value)];
      }),
    );
}
