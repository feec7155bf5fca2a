/**
 * Which resources an API server serves now. Asks for aggregated discovery (two requests), and understands the plain one. Mirrors
 * client-go discovery ServerPreferredResources.
 */
import { parseApiVersion, type GroupVersionResource } from '../api/gvk.ts';
import type { Side } from '../api/side.ts';
import type { Client } from '../client/client.ts';

export interface ServedResource {
  readonly gvr: GroupVersionResource;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface Discovered {
  /** Each resource once, in the version that its group prefers. */
  readonly resources: readonly ServedResource[];
  /** Each in all its versions. */
  readonly versions: readonly ServedResource[];
  /** Group versions that could not be asked (`metrics.k8s.io/v1beta1`), with the reason. */
  readonly failed: ReadonlyMap<string, string>;
}

interface Versioned {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly ServedResource[];
}

interface AggregatedList {
  readonly kind?: string;
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly freshness?: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind?: { readonly kind?: string };
        readonly scope?: string;
        readonly verbs?: readonly string[];
      }[];
    }[];
  }[];
}

interface PlainGroups {
  readonly groups?: readonly {
    readonly preferredVersion?: { readonly groupVersion: string };
    readonly versions?: readonly { readonly groupVersion: string }[];
  }[];
}

interface PlainResources {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs?: readonly string[];
  }[];
}

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** Rejects when the server gives no list of its groups at all. */
export async function discoverResources<S extends Side>(client: Client<S>): Promise<Discovered> {
  const failed = new Map<string, string>();
  const core = await client.getPath('/api', { accept: aggregated });
  const groups = await client.getPath('/apis', { accept: aggregated });
  const versions = [...(await coreVersions(client, core, failed)), ...(await groupVersions(client, groups, failed))];
  const seen = new Set<string>();
  const all = versions.flatMap((version) => version.resources);
  const resources = all.filter(({ gvr }) => {
    const key = `${gvr.group}/${gvr.resource}`;
    return !seen.has(key) && seen.add(key);
  });
  return { resources, versions: all, failed };
}

async function coreVersions<S extends Side>(
  client: Client<S>,
  document: unknown,
  failed: Map<string, string>,
): Promise<readonly Versioned[]> {
  if (isAggregated(document)) return fromAggregated(document, failed);
  const v1 = await plainVersion(client, '/api/v1', '', 'v1', failed);
  return v1 ? [v1] : [];
}

async function groupVersions<S extends Side>(
  client: Client<S>,
  document: unknown,
  failed: Map<string, string>,
): Promise<readonly Versioned[]> {
  if (isAggregated(document)) return fromAggregated(document, failed);
  const found: Versioned[] = [];
  for (const { preferredVersion, versions = [] } of (document as PlainGroups).groups ?? []) {
    const all = versions.map(({ groupVersion }) => groupVersion);
    const preferred = preferredVersion?.groupVersion;
    const ordered = preferred === undefined ? all : [preferred, ...all.filter((one) => one !== preferred)];
    for (const groupVersion of ordered) {
      const { group = '', version = '' } = parseApiVersion(groupVersion) ?? {};
      const served = await plainVersion(client, `/apis/${groupVersion}`, group, version, failed);
      if (served) found.push(served);
    }
  }
  return found;
}

function isAggregated(document: unknown): document is AggregatedList {
  return (document as AggregatedList).kind === 'APIGroupDiscoveryList';
}

function fromAggregated(document: AggregatedList, failed: Map<string, string>): readonly Versioned[] {
  return (document.items ?? []).flatMap(({ metadata, versions = [] }) => {
    const group = metadata?.name ?? '';
    return versions.map(({ version, freshness, resources = [] }) => {
      if (freshness === 'Stale') failed.set(`${group}/${version}`, 'stale GroupVersion discovery');
      const served = resources.map(({ resource, responseKind, scope, verbs = [] }) => ({
        gvr: { group, version, resource },
        kind: responseKind?.kind ?? '',
        namespaced: scope === 'Namespaced',
        verbs,
      }));
      return { group, version, resources: served };
    });
  });
}

async function plainVersion<S extends Side>(
  client: Client<S>,
  path: string,
  group: string,
  version: string,
  failed: Map<string, string>,
): Promise<Versioned | undefined> {
  try {
    const { resources = [] } = (await client.getPath(path)) as PlainResources;
    const served = resources
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced, verbs = [] }) => ({
        gvr: { group, version, resource: name },
        kind,
        namespaced,
        verbs,
      }));
    return { group, version, resources: served };
  } catch (error) {
    failed.set(group === '' ? version : `${group}/${version}`, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
