/** Values as messages show them: Go writes maps sorted. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { setOwn } from './copy-value.ts';

export function sortedKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isJsonObject(value)) return value;
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).toSorted()) setOwn(sorted, key, sortedKeys(value[key] ?? null));
  return sorted;
}
