/** The cgroup under which a node's pods are, in every hierarchy that the machine mounts: one for each controller (version 1), or a single one. */
import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = '/sys/fs/cgroup';
const removalTimeoutMs = 30_000;
const pollMs = 50;

export function makeCgroups(name: string): void {
  for (const hierarchy of hierarchies()) mkdirSync(join(hierarchy, name), { recursive: true });
}

/** Removes them with all below. @throws Error when processes are still in them after half a minute. */
export async function removeCgroups(name: string): Promise<void> {
  const deadline = performance.now() + removalTimeoutMs;
  for (;;) {
    const left = hierarchies()
      .map((hierarchy) => join(hierarchy, name))
      .filter((folder) => !removeTree(folder));
    if (left.length === 0) return;
    if (performance.now() > deadline) throw new Error(`processes are still in ${left.join(', ')}`);
    await sleep(pollMs);
  }
}

function hierarchies(): string[] {
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(root, name));
}

/** False while it holds processes. A cgroup's files go with it; only what is below must go first. */
function removeTree(folder: string): boolean {
  if (!existsSync(folder)) return true;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !removeTree(join(folder, entry.name))) return false;
    }
    rmdirSync(folder);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY' || code === 'ENOTEMPTY') return false;
    throw error;
  }
}
