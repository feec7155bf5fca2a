/** Apart from all else: who has no rules needs nothing of CEL, and may not want to load it. */
import type { StructuralSchema } from '../../structural/structural-schema.ts';

/** Whether the schema of a whole resource has rules. Those in its `allOf`s don't count, as with upstream. */
export function hasRules(schema: StructuralSchema): boolean {
  if (schema.validations !== undefined && schema.validations.length > 0) return true;
  if (schema.items !== undefined && hasRules(schema.items)) return true;
  if (typeof schema.additionalProperties === 'object' && hasRules(schema.additionalProperties)) return true;
  return [...(schema.properties?.values() ?? [])].some(hasRules);
}
