/** Resolves Go type expressions of the table (`map[ResourceName]api.resource.Quantity`) into schemas. */
import type { AnySchema, ObjectSchema, Schema } from '../schema.ts';
import { factsTable } from './facts.ts';

/** What a field adds to its type. */
export interface TypeContext {
  /** Short name of the package that the expression stands in: `core.v1`. */
  readonly package: string;
  readonly listType: 'atomic' | 'set' | 'map';
  readonly listMapKeys: readonly string[];
  readonly mapType: 'granular' | 'atomic';
  /** The schema of a struct, by short name. */
  struct(name: string): ObjectSchema;
}

/** `expression` without a leading `*`. */
export function schemaOfExpression(expression: string, context: TypeContext): Schema {
  const goType = goTypeText(expression, context.package);
  const inner: TypeContext = { ...context, listType: 'atomic', listMapKeys: [], mapType: 'granular' };
  if (expression === '[]byte') return { type: 'string', format: 'byte', goType: '[]uint8' };
  if (expression.startsWith('*')) return schemaOfExpression(expression.slice(1), context);
  if (expression.startsWith('[]')) {
    const items = schemaOfExpression(expression.slice(2), inner);
    return { type: 'list', items, listType: context.listType, listMapKeys: context.listMapKeys, goType };
  }
  const map = /^map\[[^\]]+\](.+)$/.exec(expression);
  if (map?.[1]) return { type: 'map', values: schemaOfExpression(map[1], inner), mapType: context.mapType, goType };
  return basicSchema(expression) ?? namedSchema(qualified(expression, context.package), goType, context);
}

/** As Go's reflect prints the type: with the last part of its package. */
function goTypeText(expression: string, packageName: string): string {
  return expression.replaceAll(/[A-Za-z_][\w.]*/g, (word) => {
    if (word === 'byte') return 'uint8';
    return word === 'map' || basicSchema(word) ? word : qualified(word, packageName).split('.').slice(-2).join('.');
  });
}

/** Puts the package before a name that has none. */
export function qualified(name: string, packageName: string): string {
  return name.includes('.') ? name : `${packageName}.${name}`;
}

function basicSchema(name: string): Schema | undefined {
  switch (name) {
    case 'string':
      return { type: 'string', format: 'plain', goType: name };
    case 'bool':
      return { type: 'boolean', goType: name };
    case 'int32':
      return { type: 'integer', format: 'int32', goType: name };
    case 'int':
    case 'int64':
      return { type: 'integer', format: 'int64', goType: name };
    case 'float64':
      return { type: 'number', goType: name };
    default:
      return undefined;
  }
}

function namedSchema(name: string, goType: string, context: TypeContext): Schema {
  if (factsTable.structs[name] !== undefined) return context.struct(name);
  const definition = factsTable.names[name];
  if (definition === undefined) throw new Error(`the table of built-in types has no ${name}`);
  if (definition.startsWith('$')) return specialSchema(definition, name, goType, context);
  const schema = schemaOfExpression(definition, { ...context, package: name.slice(0, name.lastIndexOf('.')) });
  if (schema.type === 'object') return schema;
  const values = factsTable.enums[name];
  return schema.type === 'string' && values ? { ...schema, goType, enum: values } : { ...schema, goType };
}

function specialSchema(definition: string, name: string, goType: string, context: TypeContext): Schema {
  const ofSchemas = (otherwise: 'list' | 'boolean' | 'strings'): AnySchema => {
    const schema = context.struct(`${name.slice(0, name.lastIndexOf('.'))}.JSONSchemaProps`);
    return { type: 'any', goType, objects: { schema, otherwise } };
  };
  switch (definition) {
    case '$quantity':
    case '$date-time':
    case '$micro-time':
    case '$duration': {
      const format = definition.slice(1);
      // Just matched.
      return { type: 'string', format: format as 'quantity' | 'date-time' | 'micro-time' | 'duration', goType };
    }
    case '$int-or-string':
      return { type: 'int-or-string', goType };
    case '$any':
      return { type: 'any', goType };
    case '$schema-or-array':
      return ofSchemas('list');
    case '$schema-or-bool':
      return ofSchemas('boolean');
    case '$schema-or-strings':
      return ofSchemas('strings');
    default:
      throw new Error(`the table of built-in types has an unknown ${definition}`);
  }
}
