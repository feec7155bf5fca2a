/** Small files of a state folder: written whole or not at all, and secret ones readable by their owner only. */
import { mkdirSync, openSync, readFileSync, renameSync, writeFileSync, fsyncSync, closeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Replaces the file atomically; the folder is made when it is missing. A crash leaves the old file or the new one. */
export function writeFileAtomically(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** The file's text, or `undefined` where there is no such file. @throws what else goes wrong */
export function readFileIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
