/** Formats that are not checked, for warnings. Mirrors apiextensions-apiserver registry/customresourcedefinition. */
import type { JsonObject } from '../../api/json.ts';
import { objectAt, textAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';
import { checkedFormat } from '../../schema/structural/formats.ts';
import type { StructuralType } from '../../schema/structural/structural-schema.ts';
import { internalSpec, schemasOf } from './internal-spec.ts';
import { schemaHas } from './schema-visit.ts';

/** In the order of the schemas; one may come several times. */
export function unknownFormats(object: Readonly<KubeObject>): readonly string[] {
  const found: string[] = [];
  // Objects are plain JSON.
  for (const schema of schemasOf(internalSpec(objectAt(object as JsonObject, 'spec') ?? {}))) {
    schemaHas(schema, (one) => {
      const format = textAt(one, 'format');
      const type = textAt(one, 'type');
      // A type that is none has no formats.
      const typed = type === '' ? {} : { type: type as StructuralType };
      if (format !== '' && checkedFormat({ format, ...typed }) === '') found.push(format);
      return false;
    });
  }
  return found;
}
