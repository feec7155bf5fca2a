/** Content negotiation. Mirrors apiserver endpoints/handlers/negotiation and response.go. */
import type { ProtobufCodec, TypeMeta } from '../../api/codec/protobuf.ts';
import { apiVersionOf } from '../../api/gvk.ts';
import { newNotAcceptable } from '../../api/status.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { RequestContext } from '../request-context.ts';
import { tableOptionsOf } from '../table/table.ts';
import type { Negotiation } from '../verbs/resource-handler.ts';
import { mediaTypes, negotiate, type Accepted, type Conversion, type Media } from './accept.ts';
import { metadataEncoder, tableEncoder } from './converting-encoder.ts';
import type { Encoder } from './encoder.ts';
import type { EncodedResource } from './encoded-resource.ts';
import { FrameCache } from './frame-cache.ts';
import { parseBody } from './request-body.ts';
import { jsonEncoder, protobufEncoder, readableEncoder } from './whole-encoder.ts';
import { jsonWire, prettyJsonWire, protobufWire, yamlWire, type Wire } from './wire.ts';

const metaVersions = new Set(['v1', 'v1beta1']);
const allMedia: readonly Media[] = ['json', 'yaml', 'protobuf'];
const streamMedia: readonly Media[] = ['json', 'protobuf'];

export interface NegotiationOptions {
  readonly codec: ProtobufCodec;
  /** Ages in tables are those of the moment. */
  readonly clock: Clock;
}

export function createNegotiation({ codec, clock }: NegotiationOptions): Negotiation {
  const frames = new FrameCache();
  return {
    encoder: (context, resource, watch) => encoderOf(context, encodedResource(resource), watch),
    body: ({ request }, { group, version, kind }) =>
      parseBody(request, { apiVersion: apiVersionOf({ group, version }), kind }, codec),
  };

  function encoderOf(context: RequestContext, resource: EncodedResource, watch: boolean): Encoder {
    const typed = codec.has(resource.apiVersion, resource.kind);
    const offered = watch ? streamMedia : allMedia;
    // Custom resources have no protobuf, but what is made from them may have.
    const accepted = negotiate(context.request.headers['accept'], offered, (media, conversion) =>
      conversion === undefined ? typed || media !== 'protobuf' : allowsConversion(media, conversion, resource),
    );
    if (!accepted) throw notAcceptable(typed ? offered : offered.filter((media) => media !== 'protobuf'), watch);
    const wire = wireOf(accepted, context, codec, watch);
    const { conversion } = accepted;
    if (conversion !== undefined) return converting(context, resource, wire, conversion);
    if (accepted.media === 'protobuf') return protobufEncoder(resource, codec, frames);
    return wire === jsonWire ? jsonEncoder(resource, typed, frames) : readableEncoder(resource, typed, wire);
  }

  function converting(
    { query }: RequestContext,
    resource: EncodedResource,
    wire: Wire,
    { kind, group, version }: Conversion,
  ): Encoder {
    const apiVersion = `${group}/${version}`;
    if (kind === 'Table') {
      return tableEncoder(resource, wire, tableOptionsOf(query, apiVersion), () => ({ now: clock.now() }));
    }
    const list = kind === 'PartialObjectMetadataList';
    return metadataEncoder(
      resource,
      wire,
      apiVersion,
      list ? 'PartialObjectMetadataList' : 'PartialObjectMetadata',
      frames,
    );
  }
}

function encodedResource({ gvk, listKind, definition, verbs }: ServedResource): EncodedResource {
  const postedOnly = verbs.every((verb) => verb === 'create');
  return { apiVersion: apiVersionOf(gvk), kind: gvk.kind, listKind, table: definition?.table, postedOnly };
}

/** For errors and other objects that have no forms but the media types. @throws StatusError NotAcceptable */
export function plainEncoder(
  context: Pick<RequestContext, 'request' | 'query'>,
  type: TypeMeta,
  codec: ProtobufCodec,
): Encoder {
  const typed = codec.has(type.apiVersion, type.kind);
  const offered = typed ? allMedia : allMedia.filter((media) => media !== 'protobuf');
  const accepted = negotiate(
    context.request.headers['accept'],
    offered,
    (_media, conversion) => conversion === undefined,
  );
  if (!accepted) throw notAcceptable(offered, false);
  return readableEncoder(type, typed, wireOf(accepted, context, codec, false));
}

function allowsConversion(
  media: Media,
  { kind, group, version }: Conversion,
  { postedOnly = false }: EncodedResource,
): boolean {
  if (group !== 'meta.k8s.io' || !metaVersions.has(version)) return false;
  if (kind === 'Table') return media !== 'protobuf' && !postedOnly;
  return kind === 'PartialObjectMetadata' || kind === 'PartialObjectMetadataList';
}

function notAcceptable(media: readonly Media[], streams: boolean): Error {
  return newNotAcceptable(media.map((one) => (streams ? `${mediaTypes[one]};stream=watch` : mediaTypes[one])));
}

/** `streams`: for a watch, which is never pretty. */
export function wireOf(
  accepted: Accepted,
  { request, query }: Pick<RequestContext, 'request' | 'query'>,
  codec: ProtobufCodec,
  streams: boolean,
): Wire {
  switch (accepted.media) {
    case 'json':
      return !streams && (accepted.pretty || wantsPretty(query, request.headers['user-agent']))
        ? prettyJsonWire
        : jsonWire;
    case 'yaml':
      return yamlWire;
    case 'protobuf':
      return protobufWire(codec);
  }
}

/** People read what browsers and command-line tools fetch. */
function wantsPretty(query: URLSearchParams, userAgent = ''): boolean {
  const asked = query.get('pretty') ?? '';
  if (asked !== '') return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(asked);
  return ['curl', 'Wget', 'Mozilla/5.0'].some((prefix) => userAgent.startsWith(prefix));
}
