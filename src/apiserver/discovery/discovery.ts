/** Answers `/api`, `/apis` and what of the paths below them is no resource. */
import { createHash } from 'node:crypto';
import type { ProtobufCodec } from '../../api/codec/protobuf.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import type { JsonObject } from '../../api/json.ts';
import { newGenericServerResponse, newNotAcceptable } from '../../api/status.ts';
import { mediaTypes, negotiate, type Accepted, type Media } from '../negotiation/accept.ts';
import { wireOf } from '../negotiation/create-negotiation.ts';
import { prettyJsonWire, type Wire } from '../negotiation/wire.ts';
import type { PathHandler } from '../path-handler.ts';
import type { RequestContext } from '../request-context.ts';
import { aggregatedDocument } from './aggregated-document.ts';
import { apiVersionsDocument, groupDocument, groupListDocument, resourceListDocument } from './legacy-documents.ts';
import type { ResourceCatalog } from './resource-catalog.ts';

export interface DiscoveryOptions {
  readonly catalog: ResourceCatalog;
  readonly codec: ProtobufCodec;
  /** Where clients find the server: `10.0.0.1:443`. */
  readonly address: string;
}

interface Written {
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly etag: string;
}

const media: readonly Media[] = ['json', 'yaml', 'protobuf'];
const aggregatedGroup = 'apidiscovery.k8s.io';
const noBody = new Uint8Array();

export function createDiscovery({ catalog, codec, address }: DiscoveryOptions): PathHandler {
  /** Aggregated documents, by path and form; as many as there are forms. */
  const written = new Map<string, Written>();
  let writtenAt = 0;

  return {
    paths: ['/api', '/apis'],
    prefixes: ['/api/', '/apis/'],
    handle(context) {
      const parts = context.info.path.split('/').filter((part) => part !== '');
      const isGroupList = parts.length === 1 && parts[0] === 'apis';
      const document = isGroupList ? groupListDocument(registeredGroups()) : documentOf(parts);
      if (!document) return undefined;
      // The list of groups comes from elsewhere upstream, where methods make no difference.
      if (context.request.method !== 'GET' && !isGroupList) throw newGenericServerResponse({ code: 405 });
      const accepted = accept(context, parts.length === 1, codec);
      return accepted.conversion ? aggregated(context, accepted) : answer(context, accepted, document);
    },
  };

  function documentOf([prefix, first, second, third]: readonly string[]): JsonObject | undefined {
    const [group, version, more] = prefix === 'api' ? ['', first, second] : [first, second, third];
    if (group === undefined || more !== undefined) return undefined;
    if (version !== undefined) {
      const found = catalog.version(group, version);
      return found && resourceListDocument(group, found);
    }
    const found = group === '' ? catalog.group(group) : registeredGroups().find(({ name }) => name === group);
    return found && (group === '' ? apiVersionsDocument(found, address) : groupDocument(found));
  }

  /** The documents of old are made of APIServices upstream, whether anything stands behind them or not. */
  function registeredGroups(): ReturnType<ResourceCatalog['groups']> {
    return catalog.registeredGroups().filter(({ name }) => name !== '');
  }

  function namedGroups(): ReturnType<ResourceCatalog['groups']> {
    return catalog.groups().filter(({ name }) => name !== '');
  }

  function answer(context: RequestContext, accepted: Accepted, document: JsonObject): ApiResponse {
    const wire = wireOf(accepted, context, codec, false);
    return { status: 200, headers: { 'content-type': wire.contentType }, body: bytesOf(wire, accepted, document) };
  }

  function aggregated(context: RequestContext, accepted: Accepted): ApiResponse {
    const version = accepted.conversion?.version ?? '';
    if (writtenAt !== catalog.generation) written.clear();
    writtenAt = catalog.generation;
    const root = context.info.path.startsWith('/apis') ? 'apis' : 'api';
    const wire = wireOf(accepted, context, codec, false);
    const key = `${root} ${accepted.media} ${wire === prettyJsonWire} ${version}`;
    let document = written.get(key);
    if (!document) {
      const groups = root === 'apis' ? namedGroups() : catalog.groups().filter(({ name }) => name === '');
      document = write(wire, accepted, aggregatedDocument(groups, `${aggregatedGroup}/${version}`));
      written.set(key, document);
    }
    const headers = { etag: document.etag, vary: 'Accept', 'cache-control': 'public' };
    if (context.request.headers['if-none-match'] === document.etag) return { status: 304, headers, body: noBody };
    return { status: 200, headers: { ...headers, 'content-type': document.contentType }, body: document.body };
  }

  function write(wire: Wire, accepted: Accepted, document: JsonObject): Written {
    const text = JSON.stringify(document);
    const version = accepted.conversion?.version ?? '';
    return {
      contentType: `${wire.contentType};g=${aggregatedGroup};v=${version};as=APIGroupDiscoveryList`,
      etag: `"${createHash('sha512').update(text).digest('hex').toUpperCase()}"`,
      body: bytesOf(wire, accepted, document),
    };
  }

  function bytesOf(wire: Wire, { media }: Accepted, document: JsonObject): Uint8Array {
    return wire.plain(media === 'protobuf' ? { apiVersion: 'v1', ...document } : document);
  }
}

/** Forms of discovery: the documents of old; at the roots also all in one. @throws StatusError NotAcceptable */
function accept({ request }: RequestContext, root: boolean, codec: ProtobufCodec): Accepted {
  const accepted = negotiate(request.headers['accept'], media, (medium, conversion) => {
    if (conversion === undefined) return true;
    const { group, version, kind } = conversion;
    if (!root || group !== aggregatedGroup || version !== 'v2' || kind !== 'APIGroupDiscoveryList') return false;
    return medium !== 'protobuf' || codec.has(`${aggregatedGroup}/${version}`, kind);
  });
  if (!accepted) throw newNotAcceptable(media.map((medium) => mediaTypes[medium]));
  return accepted;
}
