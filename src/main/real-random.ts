import { randomUUID } from 'node:crypto';
import type { Random } from '../lib/random.ts';

/** Not for secrets: these come from node:crypto where they are made. */
export const realRandom: Random = {
  next: () => Math.random(),
  uuid: () => randomUUID(),
};
