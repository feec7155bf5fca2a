/** A folder for a store file, for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryPath {
  readonly path: string;
  remove(): void;
}

export function temporaryStorePath(): TemporaryPath {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  return { path: join(folder, 'store.db'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
