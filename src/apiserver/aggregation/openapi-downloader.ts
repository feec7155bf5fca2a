/** What extension servers publish of themselves as OpenAPI. Mirrors kube-aggregator controllers/openapi and openapiv3, v1.36. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseJsonBytes } from '../../api/codec/parse-json.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import type { RemoteOpenApi } from '../openapi/remote-openapi.ts';
import { aggregatorUser, jsonOfDocument, type DocumentFetcher } from './remote-documents.ts';
import type { RemoteService } from './remote-service.ts';

interface Known {
  readonly version3Url: string | undefined;
  readonly etag: string;
  /** Version 2, as it came. Compressed: it is read when somebody asks for all of version 2. */
  readonly gzipped: Uint8Array;
}

const empty = new Uint8Array();
/** Of one server, compressed; a larger document counts as none. */
const keptBytesMax = 1024 * 1024;

export class OpenApiDownloader {
  readonly #fetcher: DocumentFetcher;
  readonly #known = new Map<string, Known & { readonly path: string; readonly revision: number }>();
  #revision = 0;

  constructor(fetcher: DocumentFetcher) {
    this.#fetcher = fetcher;
  }

  /** Asks the server again. Rejects when it can't say; what was known stays. */
  async refresh(remote: RemoteService): Promise<void> {
    const path = remote.path.slice(1);
    const known = this.#known.get(remote.name);
    const version3Url = await this.#version3Url(remote, path);
    const answer = await this.#fetcher.fetch(remote, '/openapi/v2', {
      user: aggregatorUser,
      ...(known ? { etag: known.etag } : {}),
    });
    const same = known && (answer.status === 304 || (answer.etag !== '' && answer.etag === known.etag));
    const gzipped = same ? known.gzipped : answer.status === 200 ? compressed(answer.body) : empty;
    const revision = same ? known.revision : ++this.#revision;
    this.#known.set(remote.name, { version3Url, etag: same ? known.etag : answer.etag, gzipped, path, revision });
  }

  forget(name: string): void {
    this.#known.delete(name);
  }

  documents(): readonly RemoteOpenApi[] {
    return [...this.#known.values()].map(({ path, version3Url, revision, gzipped }) => ({
      path,
      ...(version3Url === undefined ? {} : { version3Url }),
      revision: String(revision),
      version2: () => objectOf(gzipped),
    }));
  }

  async #version3Url(remote: RemoteService, path: string): Promise<string | undefined> {
    const answer = await this.#fetcher.fetch(remote, '/openapi/v3', { user: aggregatorUser });
    if (answer.status !== 200) return undefined;
    const { paths } = jsonOfDocument(answer);
    const entry = isJsonObject(paths) ? paths[path] : undefined;
    const url = isJsonObject(entry) ? entry['serverRelativeURL'] : undefined;
    // Clients follow it to this server.
    return typeof url === 'string' && url.startsWith(`/openapi/v3/${path}`) ? url : undefined;
  }
}

function compressed(body: Uint8Array): Uint8Array {
  const gzipped = gzipSync(body);
  return gzipped.length > keptBytesMax ? empty : gzipped;
}

function objectOf(gzipped: Uint8Array): JsonObject | undefined {
  if (gzipped.length === 0) return undefined;
  try {
    const value = parseJsonBytes(gunzipSync(gzipped));
    return isJsonObject(value) ? value : undefined;
  } catch {
    // What it published is no JSON: as if it had published nothing.
    return undefined;
  }
}
