/** Upstream's descriptions of types and fields, for `kubectl explain`: taken from the inputs at build time. */
import { gzipSync } from 'node:zlib';
import { goModuleFolders, type ModuleFolders } from './go-modules.ts';
import { readDefinitions } from './openapi-inputs.ts';

/** Gzipped JSON: definition name → `[description of the type, { field: description }]`. */
export function writeDescriptions(folders: ModuleFolders): Buffer {
  const kubernetes = folders.get('k8s.io/kubernetes');
  if (kubernetes === undefined) throw new Error('module k8s.io/kubernetes is not among the inputs');
  const table = Object.entries(readDefinitions(kubernetes)).map(([name, definition]) => [
    name,
    [
      definition.description ?? '',
      Object.fromEntries(
        Object.entries(definition.properties ?? {}).map(([field, property]) => [field, property.description ?? '']),
      ),
    ],
  ]);
  return gzipSync(JSON.stringify(Object.fromEntries(table)), { level: 9 });
}

/** The same for a build. `undefined`: there is no Go here, or the modules can't be had; explain works, without texts. */
export async function descriptionsFromGoModules(): Promise<Buffer | undefined> {
  try {
    return writeDescriptions(await goModuleFolders());
  } catch (error) {
    console.warn(
      `No descriptions for kubectl explain in this build: ${error instanceof Error ? error.message : error}`,
    );
    return undefined;
  }
}
