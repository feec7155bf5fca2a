/** What the parts of the decoder hand to each other. */
import type { JsonObject } from '../json.ts';
import type { ProtobufLimits } from './protobuf-limits.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import type { Message, Messages } from './protobuf-table.ts';

/** Where a message's bytes are: start, end, and again if it occurs in several pieces. */
export type Ranges = number[];

/** A decode under way. */
export interface Decoding {
  readonly reader: ProtobufReader;
  readonly messages: Messages;
  readonly limits: ProtobufLimits;
  /** Messages seen. */
  count: number;
  /** Decodes the message in `ranges` into `target`. The reader's place is undefined after it. */
  readonly decodeInto: (
    target: JsonObject,
    message: Message,
    ranges: Ranges,
    decoding: Decoding,
    depth: number,
  ) => void;
}
