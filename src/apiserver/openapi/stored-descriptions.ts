/** Upstream's descriptions as the build stores them: gzipped JSON, written by `hack/generate-facts`. */
import { gunzipSync } from 'node:zlib';
import type { Descriptions } from './group-version-source.ts';

/**
 * Reads the whole file: some megabytes live as long as what is returned, so keep the bytes and not this. Throws when `gzipped` is
 * something else.
 */
export function storedDescriptions(gzipped: Uint8Array): Descriptions {
  // The generator of this very build wrote it.
  const table = JSON.parse(gunzipSync(gzipped).toString()) as Record<string, [string, Record<string, string>]>;
  return {
    describe(definition, field) {
      const entry = table[definition];
      return (field === undefined ? entry?.[0] : entry?.[1][field]) ?? '';
    },
  };
}
