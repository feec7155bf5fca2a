/** Answers `/api`, `/apis` and what of the paths below them is no resource. */
import { createHash } from 'node:crypto';
import type { ProtobufCodec } from '../../api/codec/protobuf.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import type { JsonObject } from '../../api/json.ts';
import { newNotAcceptable } from '../../api/status.ts';
import { mediaTypes, negotiate, type Accepted, type Media } from '../negotiation/accept.ts';
import { jsonWire, protobufWire, yamlWire } from '../negotiation/wire.ts';
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
const aggregatedVersions = new Set(['v2', 'v2beta1']);
const aggregatedGroup = 'apidiscovery.k8s.io';
const noBody = new Uint8Array();

export function createDiscovery({ catalog, codec, address }: DiscoveryOptions): PathHandler {
  /** Aggregated documents, by path and content type; as many as there are forms. */
  const written = new Map<string, Written>();
  let writtenAt = 0;

  return {
    paths: ['/api', '/apis'],
    prefixes: ['/api/', '/apis/'],
    handle(context) {
      const { request, info } = context;
      const parts = info.path.split('/').filter((part) => part !== '');
      if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
      if (parts.length === 1) {
        const accepted = accept(request.headers['accept'], true);
        return accepted.conversion ? aggregated(context, accepted) : answer(accepted.media, rootDocument(info.path));
      }
      const document = documentOf(parts);
      return document && answer(accept(request.headers['accept'], false).media, document);
    },
  };

  function rootDocument(path: string): JsonObject {
    if (path.startsWith('/apis')) return groupListDocument(namedGroups());
    return apiVersionsDocument(catalog.group(''), address);
  }

  function documentOf([prefix, first = '', second, third]: readonly string[]): JsonObject | undefined {
    if (third !== undefined) return undefined;
    if (prefix === 'apis' && first !== '' && second === undefined) {
      const group = catalog.group(first);
      return group && groupDocument(group);
    }
    if (prefix === 'api' && second !== undefined) return undefined;
    const group = prefix === 'api' ? '' : first;
    const version = catalog.version(group, prefix === 'api' ? first : (second ?? ''));
    return version && resourceListDocument(group, version);
  }

  function namedGroups(): ReturnType<ResourceCatalog['groups']> {
    return catalog.groups().filter(({ name }) => name !== '');
  }

  function aggregated({ request, info }: RequestContext, { media, conversion }: Accepted): ApiResponse {
    const version = conversion?.version ?? '';
    if (writtenAt !== catalog.generation) written.clear();
    writtenAt = catalog.generation;
    const root = info.path.startsWith('/apis') ? 'apis' : 'api';
    const key = `${root} ${media} ${version}`;
    let document = written.get(key);
    if (!document) {
      const groups = root === 'apis' ? namedGroups() : catalog.groups().filter(({ name }) => name === '');
      document = write(media, version, aggregatedDocument(groups, `${aggregatedGroup}/${version}`));
      written.set(key, document);
    }
    const headers = { etag: document.etag, vary: 'Accept', 'cache-control': 'public' };
    if (request.headers['if-none-match'] === document.etag) return { status: 304, headers, body: noBody };
    return { status: 200, headers: { ...headers, 'content-type': document.contentType }, body: document.body };
  }

  function write(media: Media, version: string, document: JsonObject): Written {
    const text = JSON.stringify(document);
    const etag = `"${createHash('sha512').update(text).digest('hex').toUpperCase()}"`;
    const contentType = `${mediaTypes[media]};g=${aggregatedGroup};v=${version};as=APIGroupDiscoveryList`;
    return { contentType, etag, body: bytesOf(media, document) };
  }

  function answer(media: Media, document: JsonObject): ApiResponse {
    return { status: 200, headers: { 'content-type': mediaTypes[media] }, body: bytesOf(media, document) };
  }

  function bytesOf(media: Media, document: JsonObject): Uint8Array {
    switch (media) {
      case 'json':
        return jsonWire.plain(document);
      case 'yaml':
        return yamlWire.plain(document);
      case 'protobuf':
        return protobufWire(codec).plain({ apiVersion: 'v1', ...document });
    }
  }

  function accept(header: string | undefined, root: boolean): Accepted {
    const accepted = negotiate(header, media, (medium, conversion) => {
      if (conversion === undefined) return true;
      const { group, version, kind } = conversion;
      if (!root || group !== aggregatedGroup || kind !== 'APIGroupDiscoveryList') return false;
      if (medium === 'protobuf') return codec.has(`${aggregatedGroup}/${version}`, kind);
      return aggregatedVersions.has(version);
    });
    if (!accepted) throw newNotAcceptable(media.map((medium) => mediaTypes[medium]));
    return accepted;
  }
}
