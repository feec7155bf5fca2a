/** Tells clients that the stored version has changed. Mirrors apiserver endpoints/discovery StorageVersionHash. */
import { createHash } from 'node:crypto';

const bytesKept = 8;

export function storageVersionHash(group: string, version: string, kind: string): string {
  const digest = createHash('sha256').update(`${group}/${version}/${kind}`).digest();
  return digest.subarray(0, bytesKept).toString('base64');
}
