/** Encoders of what is made from objects: Table, PartialObjectMetadata, PartialObjectMetadataList. */
import type { ListMeta } from '../../api/object.ts';
import { failure } from '../../api/status.ts';
import type { StoredObject } from '../registry/stored-object.ts';
import { defaultPrinter, tableOf, type TableOptions } from '../table/table.ts';
import type { TableContext } from '../registry/resource-definition.ts';
import type { Encoder } from './encoder.ts';
import type { FrameCache } from './frame-cache.ts';
import type { EncodedResource } from './encoded-resource.ts';
import type { Plain, Wire } from './wire.ts';

/** `asked`: which of the two kinds the client accepts. */
export function metadataEncoder(
  resource: EncodedResource,
  wire: Wire,
  apiVersion: string,
  asked: 'PartialObjectMetadata' | 'PartialObjectMetadataList',
  frames: FrameCache,
): Encoder {
  const partial = ({ object }: StoredObject): Plain => ({
    kind: 'PartialObjectMetadata',
    apiVersion,
    metadata: object.metadata,
  });
  const form = (type: string): string => `${wire.streamContentType} ${apiVersion} metadata ${type}`;
  return {
    contentType: wire.contentType,
    streamContentType: wire.streamContentType,
    object(stored) {
      if (asked !== 'PartialObjectMetadata') throw wrongForm(asked, `not a list (${goType(resource, '')})`);
      return wire.plain(partial(stored));
    },
    list(metadata, items) {
      if (asked !== 'PartialObjectMetadataList') throw wrongForm(asked, `a list (${goType(resource, 'List')})`);
      return wire.plain({ kind: 'PartialObjectMetadataList', apiVersion, metadata, items: items.map(partial) });
    },
    event: (type, stored) => frames.get(stored, form(type), () => wire.frame(type, wire.plain(partial(stored)))),
    plain: wire.plain,
    errorEvent: (status) => wire.frame('ERROR', wire.plain(status)),
  };
}

/** For one response: a watch has its columns in the first event only. */
export function tableEncoder(
  resource: EncodedResource,
  wire: Wire,
  options: TableOptions,
  context: () => TableContext,
): Encoder {
  const printer = resource.table ?? defaultPrinter;
  let noHeaders = options.noHeaders;
  const table = (metadata: ListMeta, items: readonly StoredObject[]): Plain =>
    tableOf(metadata, items, printer, { ...options, noHeaders }, context());
  const single = (stored: StoredObject): Plain => {
    const { resourceVersion } = stored.object.metadata;
    return table(resourceVersion === undefined ? {} : { resourceVersion }, [stored]);
  };
  return {
    contentType: wire.contentType,
    streamContentType: wire.streamContentType,
    object: (stored) => wire.plain(single(stored)),
    list: (metadata, items) => wire.plain(table(metadata, items)),
    event(type, stored) {
      const frame = wire.frame(type, wire.plain(single(stored)));
      noHeaders = true;
      return frame;
    },
    plain: wire.plain,
    errorEvent: (status) => wire.frame('ERROR', wire.plain(status)),
  };
}

function wrongForm(asked: string, what: string): Error {
  return failure(406, 'NotAcceptable', `you requested ${asked}, but the requested object is ${what}`);
}

/** As Go prints the type of upstream's internal object: `*core.PodList`. */
function goType({ apiVersion, kind }: EncodedResource, suffix: string): string {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? 'core' : apiVersion.slice(0, slash);
  return `*${group.split('.', 1)[0]}.${kind}${suffix}`;
}
