/**
 * What a verb asks of negotiation: an encoder for what it answers, in the form that the client accepts. The negotiator of a request
 * is made by `createNegotiator` (create-negotiator.ts).
 */
import type { TypeMeta } from '../../api/codec/protobuf.ts';
import type { TablePrinter } from '../registry/resource-definition.ts';
import type { Encoder } from './encoder.ts';

/** What an encoder must know of the resource that it writes. */
export interface EncodedResource extends TypeMeta {
  /** The columns; absent: upstream's default table, Name and Created At. */
  readonly table?: TablePrinter | undefined;
}

export interface Negotiator {
  /**
   * For stored objects, lists and watches: JSON, YAML or protobuf; whole, as PartialObjectMetadata, or as a Table.
   * @throws StatusError 406; 400 for table options that make no sense
   */
  encoder(resource: EncodedResource): Encoder;
  /**
   * The same for a watch: what can't be streamed (YAML) is not acceptable.
   * @throws StatusError as {@link encoder}
   */
  watchEncoder(resource: EncodedResource): Encoder;
  /**
   * For what is answered whole and never stored: Status, Scale, reviews. Only `plain` is of use.
   * @throws StatusError 406
   */
  plainEncoder(type: TypeMeta): Encoder;
}
