/** A temporary folder, and things to be ended: both go when the work is over, however it ended. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface WorkFolder {
  readonly path: string;
  /** What is added last is ended first. */
  onEnd(end: () => Promise<void> | void): void;
}

export async function withWorkFolder<T>(work: (folder: WorkFolder) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), 'sublet-bench-'));
  const ends: (() => Promise<void> | void)[] = [];
  try {
    return await work({ path, onEnd: (end) => void ends.push(end) });
  } finally {
    for (const end of ends.toReversed()) await end();
    rmSync(path, { recursive: true, force: true });
  }
}
