/**
 * How a response is written, once negotiated. Verbs hand over stored objects; what form they take on the wire (JSON, YAML,
 * protobuf; whole, PartialObjectMetadata, Table) is nobody's business but this room's.
 */
import type { KubeObject, ListMeta } from '../../api/object.ts';
import type { StoredObject } from '../registry/stored-object.ts';

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

export interface Encoder {
  /** Encoders of equal form write equal bytes for equal input, so watchers can share frames. Absent: never shared. */
  readonly form?: string;
  /** For single objects and lists. */
  readonly contentType: string;
  /** For watches (`application/json;stream=watch`, …). */
  readonly streamContentType: string;
  object(stored: StoredObject): Uint8Array;
  list(metadata: ListMeta, items: readonly StoredObject[]): Uint8Array;
  /** The same of items that `source` stands for; they are asked for only when what was made of them isn't kept. Absent: nothing ever is. */
  repeatedList?(metadata: ListMeta, source: object, items: () => readonly StoredObject[]): Uint8Array;
  /** One frame of a watch. `stored` of a BOOKMARK has nothing but kind and metadata. */
  event(type: WatchEventType, stored: StoredObject): Uint8Array;
  /** What isn't stored: a Status, a review, a Scale. Always whole. */
  plain(object: KubeObject | Readonly<Record<string, unknown>>): Uint8Array;
  /** The frame that ends a watch with an error. */
  errorEvent(status: Readonly<Record<string, unknown>>): Uint8Array;
}
