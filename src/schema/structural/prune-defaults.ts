/** Defaults lose what their schema does not know. Mirrors apiextensions-apiserver pkg/apiserver/schema/defaulting PruneDefaults. */
import { copyValue } from './copy-value.ts';
import { pruneValue } from './prune.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** A new schema where something changes; the same parts elsewhere. */
export function pruneDefaults(schema: StructuralSchema): StructuralSchema {
  if (!hasDefaults(schema)) return schema;
  const { default: own, properties, items, additionalProperties: additional } = schema;
  const pruned = own === undefined ? undefined : copyValue(own);
  if (pruned !== undefined) pruneValue(pruned, schema);
  return {
    ...schema,
    ...(pruned === undefined ? {} : { default: pruned }),
    ...(properties
      ? { properties: new Map([...properties].map(([name, inner]) => [name, pruneDefaults(inner)])) }
      : {}),
    ...(items ? { items: pruneDefaults(items) } : {}),
    ...(typeof additional === 'object' ? { additionalProperties: pruneDefaults(additional) } : {}),
  };
}

function hasDefaults({ default: own, properties, items, additionalProperties: additional }: StructuralSchema): boolean {
  if (own !== undefined || (items && hasDefaults(items))) return true;
  if (typeof additional === 'object' && hasDefaults(additional)) return true;
  return [...(properties?.values() ?? [])].some(hasDefaults);
}
