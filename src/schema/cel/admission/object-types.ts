/**
 * `Object{…}`, `Object.spec{…}` and `JSONPatch{…}`: what expressions of mutating policies make. Nothing is known of objects' fields: any
 * name will do, and types are only named after the way to them. Mirrors apiserver pkg/cel/mutation.
 */
import { dynType, stringType, structType, type CelType, type FieldTypes, type TypeFields } from '../cel-type.ts';

export const objectType = structType('Object');
export const jsonPatchType = structType('JSONPatch');

const anyField: FieldTypes = { get: () => dynType };
const jsonPatchFields: FieldTypes = new Map([
  ['op', stringType],
  ['from', stringType],
  ['path', stringType],
  ['value', dynType],
]);

export function mutationStruct(name: string): CelType | undefined {
  if (name === jsonPatchType.name) return jsonPatchType;
  if (name === objectType.name) return objectType;
  return name.startsWith(`${objectType.name}.`) ? structType(name) : undefined;
}

/** `others`: of all other types. */
export function withMutationFields(others: TypeFields): TypeFields {
  return {
    get(typeName) {
      if (typeName === jsonPatchType.name) return jsonPatchFields;
      return mutationStruct(typeName) === undefined ? others.get(typeName) : anyField;
    },
  };
}
