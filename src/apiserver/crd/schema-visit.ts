/** All schemas within a schema. Mirrors apiextensions validation SchemaHas. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';

const single = ['not', 'items', 'additionalProperties', 'additionalItems'];
const lists = ['allOf', 'anyOf', 'oneOf', 'items'];
const maps = ['properties', 'patternProperties', 'definitions', 'dependencies'];

/** Whether it holds of the schema or of one within. */
export function schemaHas(schema: JsonObject, holds: (schema: JsonObject) => boolean): boolean {
  if (holds(schema)) return true;
  const within = (value: JsonValue | undefined): boolean => isJsonObject(value) && schemaHas(value, holds);
  if (single.some((name) => within(schema[name]))) return true;
  for (const name of lists) {
    const list = schema[name];
    if (Array.isArray(list) && list.some(within)) return true;
  }
  return maps.some((name) => {
    const map = schema[name];
    return isJsonObject(map) && Object.values(map).some(within);
  });
}
