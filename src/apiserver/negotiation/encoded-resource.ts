/** What an encoder must know of the resource that it writes. */
import type { TypeMeta } from '../../api/codec/protobuf.ts';
import type { TablePrinter } from '../registry/resource-definition.ts';

export interface EncodedResource extends TypeMeta {
  /** The columns; absent: upstream's default table, Name and Created At. */
  readonly table?: TablePrinter | undefined;
  /** It is never read, only posted (reviews): upstream has no table for those. */
  readonly postedOnly?: boolean;
  /** Of its lists; absent: the kind's name with `List` behind it. */
  readonly listKind?: string;
}
