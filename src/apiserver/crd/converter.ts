/** Between the versions of a custom resource. */
import type { JsonObject } from '../../api/json.ts';

/** Converts objects of one resource. */
export interface Converter {
  /**
   * To `apiVersion`, from whatever versions they are of; in the same order. Objects are one's own: they may be changed. Throws
   * StatusErrors.
   */
  convert(objects: readonly JsonObject[], apiVersion: string): readonly JsonObject[] | Promise<readonly JsonObject[]>;
}

/** All versions have the same fields. Mirrors apiextensions-apiserver pkg/apiserver/conversion nopConverter. */
export const sameFields: Converter = {
  convert: (objects, apiVersion) => objects.map((object) => ({ ...object, apiVersion })),
};
