import type { KubeObject } from '../../api/object.ts';

/** How objects are kept that are not kept as they are served. Values are as `encodeForStorage` writes them. */
export interface EntryForm {
  /** An object of any version of the kind in the version that is served, and nothing else done to it. @throws StatusError */
  convert(object: KubeObject): KubeObject | Promise<KubeObject>;
  /** As served; in the same order. The same array where nothing changes. @throws StatusError */
  read(values: readonly Uint8Array[]): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** As stored. @throws StatusError */
  write(object: KubeObject): Uint8Array | Promise<Uint8Array>;
}
