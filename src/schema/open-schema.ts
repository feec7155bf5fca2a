import type { ObjectSchema } from './schema.ts';

/** Of objects of which nothing is known: all fields are kept as they are. */
export const openSchema: ObjectSchema = {
  type: 'object',
  name: undefined,
  field: () => undefined,
  fieldNames: () => [],
  preserveUnknownFields: true,
  mapType: 'granular',
};
