/** Fields that name other objects, by the habit of Kubernetes' APIs: what a kind's table doesn't know of can't be carried, since nobody would rename it. */
import { isJsonObject, type JsonValue } from '../../api/json.ts';

/** Deeper than any API of Kubernetes is. */
const depthMax = 32;
const naming = /Refs?$/;

/** The first of them that isn't in `known`, which has paths like `spec.rules[*].backendRefs`; `undefined`: there is none. */
export function unknownNamingField(spec: JsonValue, known: ReadonlySet<string>): string | undefined {
  const search = (value: JsonValue, path: string, depthLeft: number): string | undefined => {
    if (depthLeft === 0) return path;
    if (Array.isArray(value)) return firstOf(value, (item) => search(item, `${path}[*]`, depthLeft - 1));
    if (!isJsonObject(value)) return undefined;
    return firstOf(Object.entries(value), ([key, inner]) => {
      const at = `${path}.${key}`;
      return naming.test(key) && !known.has(at) ? at : search(inner, at, depthLeft - 1);
    });
  };
  return search(spec, 'spec', depthMax);
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
