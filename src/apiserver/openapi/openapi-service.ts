/**
 * Answers `/openapi/v2` and `/openapi/v3…`. Documents are written when they are first asked for and kept compressed. Mirrors
 * kube-openapi pkg/handler and pkg/handler3, but for version 3 in protobuf, which is not offered: who accepts nothing else gets 406.
 */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ApiResponse } from '../../api/exchange.ts';
import type { JsonObject } from '../../api/json.ts';
import { acceptedForm, type Forms } from './accepted-form.ts';
import { version2Document, version3Document, version3Index } from './documents.ts';
import {
  groupVersionPath,
  noDescriptions,
  type Descriptions,
  type GroupVersionSource,
} from './group-version-source.ts';
import { mergeVersion2, type RemoteOpenApi } from './remote-openapi.ts';
import { encodeVersion2 } from './version2-protobuf.ts';

export interface OpenApiOptions {
  /** Every group version that is served now; asked for at each request. */
  sources(): readonly GroupVersionSource[];
  /** What other servers add; asked for at each request. */
  remotes?(): readonly RemoteOpenApi[];
  /** What `info` says; upstream: `1.36`. */
  readonly version: string;
  /** Upstream's texts, where the build has them. Called once for each document that is written. */
  descriptions?(): Descriptions;
}

export interface OpenApiRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Cached {
  readonly hash: string;
  readonly gzipped: Buffer;
}

/** How a document is answered. */
interface Form {
  readonly contentType: string;
  encode(document: JsonObject): string | Uint8Array;
}

const json: Form = { contentType: 'application/json', encode: (document) => JSON.stringify(document) };
const protobuf: Form = {
  contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  encode: encodeVersion2,
};
const version2Forms: Forms<Form> = [
  [json.contentType, json],
  ['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', protobuf],
  [protobuf.contentType, protobuf],
];
const version3Forms: Forms<Form> = [[json.contentType, json]];

const yearMs = 365 * 24 * 3600 * 1000;
const empty = new Uint8Array();

export class OpenApiService {
  readonly #options: OpenApiOptions;
  /** By path; as many as there are group versions, and two more. */
  readonly #documents = new Map<string, Cached>();

  constructor(options: OpenApiOptions) {
    this.#options = options;
  }

  /** `undefined`: not a path of OpenAPI's. */
  handle(request: OpenApiRequest): ApiResponse | undefined {
    const path = request.path.replace(/\/$/, '');
    if (path === '/openapi/v2') return this.#version2(request);
    if (path === '/openapi/v3') return this.#index(request);
    if (path.startsWith('/openapi/v3/')) return this.#version3(request, path.slice('/openapi/v3/'.length));
    return undefined;
  }

  #version2(request: OpenApiRequest): ApiResponse {
    const form = acceptedForm(request.headers['accept'] ?? '', version2Forms);
    if (form === undefined) return notAcceptable();
    const sources = this.#options.sources();
    const { version } = this.#options;
    const remotes = this.#options.remotes?.() ?? [];
    const revisions = remotes.map(({ path, revision }) => `${path} ${revision}`);
    const hash = hashOf([form.contentType, ...sources.map((source) => this.#hashOf(source)), ...revisions]);
    const document = this.#document(`v2 ${form.contentType}`, hash, (descriptions) => {
      const whole = version2Document(sources, version, descriptions);
      for (const remote of remotes) mergeVersion2(whole, remote);
      return form.encode(whole);
    });
    return respond(request, document, { 'content-type': form.contentType, vary: 'Accept' });
  }

  #index(request: OpenApiRequest): ApiResponse {
    const index = version3Index(
      this.#options.sources(),
      (source) => this.#hashOf(source),
      this.#options.remotes?.() ?? [],
    );
    const text = JSON.stringify(index);
    return respond(request, { hash: hashOf([text]), gzipped: gzipSync(text) }, {});
  }

  #version3(request: OpenApiRequest, path: string): ApiResponse {
    if (acceptedForm(request.headers['accept'] ?? '', version3Forms) === undefined) return notAcceptable();
    const source = this.#options.sources().find((candidate) => groupVersionPath(candidate) === path);
    if (source === undefined) {
      this.#documents.delete(path);
      return { status: 404, headers: {}, body: empty };
    }
    const hash = this.#hashOf(source);
    const asked = request.query.get('hash') ?? '';
    if (asked !== '' && asked !== hash) {
      return { status: 301, headers: { location: `/openapi/v3/${path}?hash=${hash}`, vary: 'Accept' }, body: empty };
    }
    const document = this.#document(path, hash, (texts) =>
      json.encode(version3Document(source, this.#options.version, texts)),
    );
    const forever = {
      'cache-control': 'public, immutable',
      expires: new Date(request.now + yearMs).toUTCString(),
    };
    return respond(request, document, { vary: 'Accept', ...(asked === '' ? {} : forever) });
  }

  #document(key: string, hash: string, write: (descriptions: Descriptions) => string | Uint8Array): Cached {
    const known = this.#documents.get(key);
    if (known?.hash === hash) return known;
    const descriptions = this.#options.descriptions?.() ?? noDescriptions;
    const document = { hash, gzipped: gzipSync(write(descriptions)) };
    this.#documents.set(key, document);
    return document;
  }

  /** Of what a document is made from: no document need be written to know it. */
  #hashOf(source: GroupVersionSource): string {
    const { version, descriptions } = this.#options;
    return hashOf([version, String(descriptions !== undefined), groupVersionPath(source), source.revision]);
  }
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha512').update(JSON.stringify(parts)).digest('hex').toUpperCase();
}

function notAcceptable(): ApiResponse {
  return { status: 406, headers: { vary: 'Accept' }, body: empty };
}

function respond(
  request: OpenApiRequest,
  { hash, gzipped }: Cached,
  extra: Readonly<Record<string, string>>,
): ApiResponse {
  const etag = `"${hash}"`;
  const headers = { 'content-type': json.contentType, etag, ...extra };
  const tags = (request.headers['if-none-match'] ?? '').split(',');
  const known = new Set(tags.map((tag) => tag.trim().replace(/^W\//, '')));
  if (known.has(etag) || known.has('*')) return { status: 304, headers: { etag, ...extra }, body: empty };
  if (/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipped };
  }
  return { status: 200, headers, body: gunzipSync(gzipped) };
}
