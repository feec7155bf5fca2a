/** What an extension server says that it serves. Mirrors kube-aggregator apiserver/handler_discovery.go, v1.36. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { User } from '../../api/user.ts';
import { aggregatorUser, jsonOfDocument, type DocumentFetcher, type RemoteDocument } from './remote-documents.ts';
import type { RemoteService } from './remote-service.ts';

interface Known {
  readonly etag: string;
  readonly versions: ReadonlyMap<string, readonly JsonObject[]>;
}

const accept = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');
/** Is kept, parsed, as long as the server is used. */
const documentBytesMax = 1024 * 1024;
const legacyUser: User = { name: 'system:kube-aggregator', groups: [] };
/** Of one group version; no sensible server has more. */
const resourcesMax = 1_000;

export class RemoteDiscovery {
  readonly #fetcher: DocumentFetcher;
  /** By Service: one may serve several group versions. */
  readonly #known = new Map<string, Known>();

  constructor(fetcher: DocumentFetcher) {
    this.#fetcher = fetcher;
  }

  /** The resources of the group version, as aggregated discovery writes them. Rejects when the server can't say. */
  async resources(remote: RemoteService): Promise<readonly JsonObject[]> {
    const key = serviceKey(remote);
    const known = this.#known.get(key);
    const answer = await this.#fetcher.fetch(remote, '/apis', {
      user: aggregatorUser,
      accept,
      bytesMax: documentBytesMax,
      ...(known ? { etag: known.etag } : {}),
    });
    const name = `${remote.group}/${remote.version}`;
    if (answer.status === 304 && known) return known.versions.get(name) ?? [];
    if (answer.status === 503) throw new Error(`service ${key} returned non-success response code: 503`);
    if (answer.status !== 200 || !answer.contentType.includes('as=APIGroupDiscoveryList')) return this.#legacy(remote);
    const versions = versionsOf(answer);
    this.#known.set(key, { etag: answer.etag, versions });
    return versions.get(name) ?? [];
  }

  /** What is known of Services that aren't used any more goes. */
  keepOnly(remotes: Iterable<RemoteService>): void {
    const used = new Set([...remotes].map(serviceKey));
    for (const key of this.#known.keys()) if (!used.has(key)) this.#known.delete(key);
  }

  async #legacy(remote: RemoteService): Promise<readonly JsonObject[]> {
    const answer = await this.#fetcher.fetch(remote, remote.path, {
      user: legacyUser,
      bytesMax: documentBytesMax,
    });
    if (answer.status !== 200)
      throw new Error(`failed to download legacy discovery for ${remote.path}: ${answer.status}`);
    return aggregatedResources(objectsIn(jsonOfDocument(answer)['resources']));
  }
}

function serviceKey({ service }: RemoteService): string {
  return `${service.namespace}/${service.name}:${service.port}`;
}

function versionsOf(answer: RemoteDocument): ReadonlyMap<string, readonly JsonObject[]> {
  const versions = new Map<string, readonly JsonObject[]>();
  for (const item of objectsIn(jsonOfDocument(answer)['items'])) {
    const metadata = item['metadata'];
    const group = isJsonObject(metadata) ? textIn(metadata, 'name') : '';
    for (const version of objectsIn(item['versions'])) {
      const resources = objectsIn(version['resources']).map(withResponseKinds);
      versions.set(`${group}/${textIn(version, 'version')}`, resources);
    }
  }
  return versions;
}

/** Old clients stumble where a response kind is missing. */
function withResponseKinds(resource: JsonObject): JsonObject {
  const empty = { group: '', version: '', kind: '' };
  const fixed: JsonObject = { ...resource, responseKind: resource['responseKind'] ?? empty };
  if (resource['subresources'] !== undefined) {
    fixed['subresources'] = objectsIn(resource['subresources']).map((one) => ({
      ...one,
      responseKind: one['responseKind'] ?? empty,
    }));
  }
  return fixed;
}

/** Mirrors apiserver endpoints ConvertGroupVersionIntoToDiscovery. */
function aggregatedResources(list: readonly JsonObject[]): readonly JsonObject[] {
  const byName = new Map<string, JsonObject>();
  for (const entry of list) {
    const [plural = '', subresource] = textIn(entry, 'name').split('/');
    const kind = { group: textIn(entry, 'group'), version: textIn(entry, 'version'), kind: textIn(entry, 'kind') };
    const parent: JsonObject = byName.get(plural) ?? {
      resource: plural,
      responseKind: { group: '', version: '', kind: '' },
    };
    byName.set(plural, parent);
    if (subresource === undefined) {
      parent['responseKind'] = kind;
      parent['scope'] = entry['namespaced'] === true ? 'Namespaced' : 'Cluster';
      parent['singularResource'] = textIn(entry, 'singularName');
      for (const field of ['verbs', 'shortNames', 'categories'] as const) {
        const values = entry[field];
        if (Array.isArray(values)) parent[field] = values;
      }
    } else {
      const others = Array.isArray(parent['subresources']) ? parent['subresources'] : [];
      parent['scope'] ??= entry['namespaced'] === true ? 'Namespaced' : 'Cluster';
      parent['subresources'] = [...others, { subresource, responseKind: kind, verbs: entry['verbs'] ?? [] }];
    }
  }
  return [...byName.values()];
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.slice(0, resourcesMax).filter(isJsonObject) : [];
}

function textIn(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === 'string' ? value : '';
}
