/** The generated table of protobuf messages, as it is stored. `hack/generate-facts` writes it; `api/codec/protobuf.ts` reads it. */
import type { ProtobufTable } from '../../api/codec/protobuf-table.ts';
import table from './protobuf.generated.json' with { type: 'json' };

/** Of all stable built-in kinds, and what they are made of. */
export const protobufTable: ProtobufTable = table;
