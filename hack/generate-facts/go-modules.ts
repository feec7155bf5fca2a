/** The generator's inputs: the source folders of Go modules, as `go mod download` puts them into its cache. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { versions } from './versions.ts';

const run = promisify(execFile);
const downloadTimeoutMs = 300_000;

/** Folders by module path. */
export type ModuleFolders = ReadonlyMap<string, string>;

/**
 * Finds the modules of {@link versions}, downloading what is not cached yet.
 * Throws when there is no Go, or when a module can be had neither from the cache nor from the proxy.
 */
export async function goModuleFolders(): Promise<ModuleFolders> {
  const modules = Object.entries(versions).map(([path, version]) => `${path}@${version}`);
  const { stdout } = await run('go', ['mod', 'download', '-json', ...modules], {
    timeout: downloadTimeoutMs,
    maxBuffer: 1 << 24,
    // Outside of any module: the versions stand in the arguments.
    env: { ...process.env, GOFLAGS: '-mod=mod', GO111MODULE: 'on' },
  });
  const folders = new Map<string, string>();
  for (const text of stdout.split(/(?<=^\})\n/m)) {
    if (text.trim() === '') continue;
    // Written by `go mod download -json`: this shape is its documented output.
    const module = JSON.parse(text) as { Path: string; Dir?: string; Error?: string };
    if (module.Dir === undefined) throw new Error(`module ${module.Path}: ${module.Error ?? 'no folder'}`);
    folders.set(module.Path, module.Dir);
  }
  return folders;
}
