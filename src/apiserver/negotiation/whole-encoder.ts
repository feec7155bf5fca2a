/** Encoders of whole objects. JSON passes through as bytes; nothing is parsed. */
import type { ProtobufCodec } from '../../api/codec/protobuf.ts';
import type { JsonObject } from '../../api/json.ts';
import type { ListMeta } from '../../api/object.ts';
import type { StoredObject } from '../registry/stored-object.ts';
import type { Encoder } from './encoder.ts';
import type { FrameCache } from './frame-cache.ts';
import type { EncodedResource } from './encoded-resource.ts';
import { PackedLists } from './packed-lists.ts';
import { jsonFrame, jsonWire, objectFrame, protobufWire, type Wire } from './wire.ts';

const newline = '\n'.charCodeAt(0);
const comma = ','.charCodeAt(0);
const brace = '{'.charCodeAt(0);
const listEnd = ']}\n';
const nothing = Buffer.alloc(0);

const packedJson = new PackedLists<Uint8Array>();
const packedProtobuf = new PackedLists<readonly Uint8Array[]>();

/** `typed`: a built-in kind, whose lists leave kind and version out of their items. */
export function jsonEncoder(resource: EncodedResource, typed: boolean, frames: FrameCache): Encoder {
  const itemHead = typed ? Buffer.from(`{"kind":"${resource.kind}","apiVersion":"${resource.apiVersion}",`) : nothing;
  const form = (type: string): string => `json ${resource.apiVersion} ${type}`;
  const listHead = (metadata: ListMeta): Buffer =>
    Buffer.from(
      `{"kind":"${listKindOf(resource)}","apiVersion":"${resource.apiVersion}","metadata":${JSON.stringify(metadataOf(metadata, typed))},"items":[`,
    );
  return {
    contentType: jsonWire.contentType,
    streamContentType: jsonWire.streamContentType,
    object(stored) {
      const body = Buffer.allocUnsafe(stored.length + 1);
      body[stored.writeTo(body, 0, 0)] = newline;
      return body;
    },
    list: (metadata, items) => packItems(items, itemHead, listHead(metadata)),
    repeatedList(metadata, source, items) {
      const pack = (): Uint8Array => packItems(items(), itemHead, nothing);
      return Buffer.concat([listHead(metadata), packedJson.get(source, resource.apiVersion, pack)]);
    },
    event: (type, stored) => frames.get(stored, form(type), () => objectFrame(type, stored)),
    plain: jsonWire.plain,
    errorEvent: (status) => jsonFrame('ERROR', jsonWire.plain(status)),
  };
}

/** `listHead`, the items without `itemHead`, and the end of a list. */
function packItems(items: readonly StoredObject[], itemHead: Buffer, listHead: Buffer): Buffer {
  // Room for a comma each; what is left out of items leaves some of it over.
  const bytes = items.reduce((sum, item) => sum + item.length + 1, listHead.length + listEnd.length);
  const body = Buffer.allocUnsafe(bytes);
  let at = listHead.copy(body);
  for (const [index, item] of items.entries()) {
    if (index > 0) body[at++] = comma;
    if (itemHead.length > 0 && item.startsWith(itemHead)) {
      body[at++] = brace;
      at = item.writeTo(body, at, itemHead.length);
    } else at = item.writeTo(body, at, 0);
  }
  return body.subarray(0, at + body.write(listEnd, at, 'latin1'));
}

/** For built-in kinds only. */
export function protobufEncoder(resource: EncodedResource, codec: ProtobufCodec, frames: FrameCache): Encoder {
  const wire = protobufWire(codec);
  const listType = { apiVersion: resource.apiVersion, kind: `${resource.kind}List` };
  const form = (type: string): string => `protobuf ${resource.apiVersion} ${type}`;
  // Stored objects are JSON.
  const encode = ({ object }: StoredObject): Uint8Array => codec.encode(object as JsonObject);
  const messagesOf = (items: readonly StoredObject[]): readonly Uint8Array[] =>
    items.map(({ object }) => codec.encodeItemOf(resource, object as JsonObject));
  return {
    contentType: wire.contentType,
    streamContentType: wire.streamContentType,
    object: encode,
    list: (metadata, items) => codec.encodeListFromItems(listType, { ...metadata }, messagesOf(items)),
    repeatedList(metadata, source, items) {
      const messages = packedProtobuf.get(source, resource.apiVersion, () => messagesOf(items()));
      return codec.encodeListFromItems(listType, { ...metadata }, messages);
    },
    event: (type, stored) => frames.get(stored, form(type), () => wire.frame(type, encode(stored))),
    plain: wire.plain,
    errorEvent: (status) => wire.frame('ERROR', wire.plain(status)),
  };
}

/** For the forms that people read: pretty JSON and YAML. */
export function readableEncoder(resource: EncodedResource, typed: boolean, wire: Wire): Encoder {
  return {
    contentType: wire.contentType,
    streamContentType: wire.streamContentType,
    object: ({ object }) => wire.plain(object),
    list: (metadata, items) => wire.plain(listOf(resource, typed, metadata, items)),
    // Pretty watches are not pretty upstream either.
    event: objectFrame,
    plain: wire.plain,
    errorEvent: (status) => jsonFrame('ERROR', jsonWire.plain(status)),
  };
}

/** Lists of custom objects always say where they go on. */
function metadataOf(metadata: ListMeta, typed: boolean): ListMeta {
  return typed ? metadata : { continue: '', ...metadata };
}

function listKindOf({ kind, listKind }: EncodedResource): string {
  return listKind ?? `${kind}List`;
}

function listOf(
  resource: EncodedResource,
  typed: boolean,
  metadata: ListMeta,
  items: readonly StoredObject[],
): JsonObject {
  const list = {
    kind: listKindOf(resource),
    apiVersion: resource.apiVersion,
    metadata: metadataOf(metadata, typed),
    items: items.map(({ object }) => {
      if (!typed) return object;
      const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
      return rest;
    }),
  };
  // Stored objects are JSON.
  return list as unknown as JsonObject;
}
