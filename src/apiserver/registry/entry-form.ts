import type { KubeObject } from '../../api/object.ts';

/** How objects are kept that are not kept as they are served. Values are as `encodeForStorage` writes them. */
export interface EntryForm {
  /** As served; in the same order. The same array where nothing changes. @throws StatusError */
  read(values: readonly Uint8Array[]): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** As stored. @throws StatusError */
  write(object: KubeObject): Uint8Array | Promise<Uint8Array>;
}
