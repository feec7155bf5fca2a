/** Upstream's conformance tests by what they need of a cluster: `class-a.txt` an API server and controllers, `b` pods that run, `s` pods that do as they are told, `w` webhooks in pods, `c` containers. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const allClasses: readonly string[] = ['a', 'b', 's', 'w', 'c'];

/** The names of a class's tests. @throws Error for a class that there is not. */
export function readClass(name: string): string[] {
  const file = join(import.meta.dirname, `class-${name}.txt`);
  if (!/^[a-z]$/.test(name) || !existsSync(file))
    throw new Error(`there is no class ${name}: ${allClasses.join(', ')}`);
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
