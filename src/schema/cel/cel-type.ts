/**
 * Types of CEL: what the checker infers, and what `type(x)` gives at run time (a type is a value, too). Immutable; the simple ones are
 * single objects. Mirrors cel-go common/types Type.
 */
export type TypeKind =
  | 'dyn'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'duration'
  | 'timestamp'
  | 'list'
  | 'map'
  | 'type'
  | 'struct'
  | 'opaque'
  | 'param';

export class CelType {
  readonly kind: TypeKind;
  /** As it is at run time: `google.protobuf.Duration`. */
  readonly name: string;
  readonly params: readonly CelType[];
  /** As messages have it: `list(int)`, `duration`. Names a type uniquely. */
  readonly text: string;
  readonly hasParams: boolean;

  constructor(kind: TypeKind, name: string, params: readonly CelType[] = [], shown = name) {
    this.kind = kind;
    this.name = name;
    this.params = params;
    this.text = params.length === 0 ? shown : `${shown}(${params.map(({ text }) => text).join(', ')})`;
    this.hasParams = kind === 'param' || params.some((param) => param.hasParams);
  }
}

export const dynType = new CelType('dyn', 'dyn');
export const errorType = new CelType('error', 'error', [], '!error!');
export const nullType = new CelType('null', 'null_type', [], 'null');
export const boolType = new CelType('bool', 'bool');
export const intType = new CelType('int', 'int');
export const uintType = new CelType('uint', 'uint');
export const doubleType = new CelType('double', 'double');
export const stringType = new CelType('string', 'string');
export const bytesType = new CelType('bytes', 'bytes');
export const durationType = new CelType('duration', 'google.protobuf.Duration', [], 'duration');
export const timestampType = new CelType('timestamp', 'google.protobuf.Timestamp', [], 'timestamp');
export const listDynType = listType(dynType);
export const mapDynType = mapType(dynType, dynType);
/** The type of types. */
export const typeType = new CelType('type', 'type');
export const optionalDynType = optionalType(dynType);

export function listType(element: CelType): CelType {
  return new CelType('list', 'list', [element]);
}

export function mapType(key: CelType, value: CelType): CelType {
  return new CelType('map', 'map', [key, value]);
}

export function optionalType(value: CelType): CelType {
  return new CelType('opaque', 'optional_type', [value]);
}

/** The type whose values are the type `inner`. */
export function typeOfType(inner: CelType): CelType {
  return new CelType('type', 'type', [inner]);
}

export function opaqueType(name: string): CelType {
  return new CelType('opaque', name);
}

/** An object with fields; {@link TypeFields} says which. */
export function structType(name: string): CelType {
  return new CelType('struct', name);
}

export function paramType(name: string): CelType {
  return new CelType('param', name);
}

/** The inner type of an optional; undefined for others. */
export function optionalOf(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.params[0] : undefined;
}

/** Kind, name and parameters agree. */
export function sameType(left: CelType, right: CelType): boolean {
  return left === right || (left.kind === right.kind && left.name === right.name && left.text === right.text);
}

/** Like {@link sameType}, but for the names of type parameters. Mirrors IsEquivalentType. */
export function equivalentTypes(left: CelType, right: CelType): boolean {
  if (left === right) return true;
  if (left.kind !== right.kind || left.params.length !== right.params.length) return false;
  if (left.kind !== 'param' && left.name !== right.name) return false;
  return left.params.every((param, index) => equivalentTypes(param, right.params[index] ?? errorType));
}

/** The fields of one struct type. */
export interface FieldTypes {
  get(field: string): CelType | undefined;
}

/** Fields of struct types, by type name and field name. */
export interface TypeFields {
  get(typeName: string): FieldTypes | undefined;
}
