/**
 * Reads metrics from the aggregated APIs: `metrics.k8s.io`, `custom.metrics.k8s.io` and `external.metrics.k8s.io`. Who serves them is
 * the tenant's own: each part of an answer is checked before it is used. Mirrors podautoscaler/metrics client.go and k8s.io/metrics
 * pkg/client.
 */
import { parseGoDuration } from '../../api/duration.ts';
import { goQuote } from '../../api/go-text.ts';
import { groupKindText, groupResourceText, parseApiVersion, type GroupResource } from '../../api/gvk.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { parseQuantity, QuantityError, quantityValue } from '../../api/quantity.ts';
import type { Side } from '../../api/side.ts';
import type { Client } from '../../client/client.ts';
import { queryText } from '../../client/resource-path.ts';
import type { ObjectReference } from './autoscaler.ts';
import { requestErrorText } from './error-text.ts';
import { MetricError } from './metric-error.ts';
import type { PodMetric, PodMetrics } from './pod-metrics.ts';

/** The resources of a kind, the preferred one first; none: there is no such kind. */
export type ResourcesOfKind = (group: string, kind: string) => Promise<readonly GroupResource[]>;

const resourceGroup = 'metrics.k8s.io';
const customGroup = 'custom.metrics.k8s.io';
const externalGroup = 'external.metrics.k8s.io';
const customVersions = new Set(['v1beta2', 'v1beta1']);
/** Of custom metrics that don't tell theirs. */
const defaultWindowMs = 60_000;

/** All methods reject with a MetricError for what could not be had. Selectors are text; the empty one selects all. */
export class MetricsClient<S extends Side> {
  readonly #client: Client<S>;
  readonly #resourcesOfKind: ResourcesOfKind;

  constructor(client: Client<S>, resourcesOfKind: ResourcesOfKind) {
    this.#client = client;
    this.#resourcesOfKind = resourcesOfKind;
  }

  /** Of one container of each pod, or of all. Pods of which something is missing are left out. */
  async resource(namespace: string, selector: string, resource: string, container?: string): Promise<PodMetrics> {
    const path = `/apis/${resourceGroup}/v1beta1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const what = 'unable to fetch metrics from resource metrics API';
    const items = await this.#items(
      what,
      path,
      { labelSelector: selector },
      { group: resourceGroup, resource: 'pods' },
    );
    if (items.length === 0) throw new MetricError('no metrics returned from resource metrics API');
    return decoded(what, () => {
      const metrics = new Map<string, PodMetric>();
      for (const item of items) {
        const value = podUsage(item, resource, container);
        const windowMs = durationMs(textAt(item, 'window'));
        if (value === undefined) continue;
        metrics.set(textAt(objectAt(item, 'metadata'), 'name'), { value, timestamp: timeOf(item), windowMs });
      }
      return metrics;
    });
  }

  /** Of each pod. */
  async pods(namespace: string, selector: string, metric: string, metricSelector: string): Promise<PodMetrics> {
    const what = 'unable to fetch metrics from custom metrics API';
    const path = `${await this.#customPath(what, namespace)}/pods/*/${encodeURIComponent(metric)}`;
    const query = { labelSelector: selector, metricLabelSelector: metricSelector };
    const items = await this.#items(what, path, query, { group: customGroup, resource: 'pods' }, '*');
    if (items.length === 0) throw new MetricError('no metrics returned from custom metrics API');
    return decoded(what, () => {
      const metrics = items.map((item): [string, PodMetric] => [
        textAt(objectAt(item, 'describedObject'), 'name'),
        { value: milliOf(item['value']), timestamp: timeOf(item), windowMs: windowMsOf(item) },
      ]);
      return new Map(metrics);
    });
  }

  /** Of one object. */
  async object(namespace: string, of: ObjectReference, metric: string, metricSelector: string): Promise<bigint> {
    const what = 'unable to fetch metrics from custom metrics API';
    const { group = '' } = parseApiVersion(of.apiVersion ?? '') ?? {};
    const base = await this.#customPath(what, namespace);
    // Of its own namespace, whatever name it has.
    const isNamespace = group === '' && of.kind === 'Namespace';
    const resource = isNamespace ? 'metrics' : await this.#resourceText(what, group, of.kind);
    const name = isNamespace ? metric : of.name;
    const place = isNamespace
      ? encodeURIComponent(metric)
      : `${encodeURIComponent(name)}/${encodeURIComponent(metric)}`;
    const path = `${base}/${resource}/${place}`;
    const query = { metricLabelSelector: metricSelector };
    const items = await this.#items(what, path, query, { group: customGroup, resource }, name);
    const [item] = items;
    if (!item || items.length !== 1) {
      const text = `the custom metrics API server returned ${items.length} results when we asked for exactly one`;
      throw new MetricError(`${what}: ${text}`);
    }
    return decoded(what, () => milliOf(item['value']));
  }

  /** All values that there are. */
  async external(namespace: string, metric: string, selector: string): Promise<readonly bigint[]> {
    const what = 'unable to fetch metrics from external metrics API';
    const path = `/apis/${externalGroup}/v1beta1/namespaces/${encodeURIComponent(namespace)}/${encodeURIComponent(metric)}`;
    const resource = { group: externalGroup, resource: metric };
    const items = await this.#items(what, path, { labelSelector: selector }, resource);
    if (items.length === 0) throw new MetricError('no metrics returned from external metrics API');
    return decoded(what, () => items.map((item) => milliOf(item['value'])));
  }

  async #items(
    what: string,
    path: string,
    query: Readonly<Record<string, string>>,
    resource: GroupResource,
    name = '',
  ): Promise<readonly JsonObject[]> {
    const answer = await this.#get(what, `${path}?${queryText(query)}`, resource, name);
    return isJsonObject(answer) ? objectsAt(answer, 'items') : [];
  }

  async #get(what: string, path: string, resource: GroupResource, name: string): Promise<unknown> {
    try {
      return await this.#client.getPath(path);
    } catch (error) {
      throw new MetricError(`${what}: ${requestErrorText(error, 'get', resource, name)}`, { cause: error });
    }
  }

  /** In the version that the API server prefers. Mirrors custom_metrics/discovery.go. */
  async #customPath(what: string, namespace: string): Promise<string> {
    const answer = await this.#get(what, '/apis', { group: '', resource: '' }, '');
    const groups = isJsonObject(answer) ? objectsAt(answer, 'groups') : [];
    const group = groups.find((one) => textAt(one, 'name') === customGroup);
    if (!group) throw new MetricError(`${what}: no custom metrics API (${customGroup}) registered`);
    const versions = [objectAt(group, 'preferredVersion'), ...objectsAt(group, 'versions')];
    const version = versions.map((one) => textAt(one, 'version')).find((one) => customVersions.has(one));
    if (version === undefined) throw new MetricError(`${what}: no known available metric versions found`);
    return `/apis/${customGroup}/${version}/namespaces/${encodeURIComponent(namespace)}`;
  }

  async #resourceText(what: string, group: string, kind: string): Promise<string> {
    const text = groupKindText({ group, kind });
    try {
      const [resource] = await this.#resourcesOfKind(group, kind);
      if (resource) return groupResourceText(resource);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new MetricError(`${what}: unable to map kind ${text} to resource: ${why}`, { cause: error });
    }
    const reason = `no matches for kind ${goQuote(kind)} in group ${goQuote(group)}`;
    throw new MetricError(`${what}: unable to map kind ${text} to resource: ${reason}`);
  }
}

/** Of the container, or of all containers; undefined where one doesn't tell. Mirrors getContainerMetrics and getPodMetrics. */
function podUsage(item: JsonObject, resource: string, container: string | undefined): bigint | undefined {
  const all = objectsAt(item, 'containers');
  const wanted = container === undefined ? all : all.filter((one) => textAt(one, 'name') === container).slice(0, 1);
  if (wanted.length === 0) return undefined;
  let total = 0n;
  for (const one of wanted) {
    const usage = objectAt(one, 'usage') ?? {};
    if (!Object.hasOwn(usage, resource)) return undefined;
    total += milliOf(usage[resource]);
  }
  return total;
}

/** What the decoder of `items` finds wrong is told like a failed request. */
function decoded<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof MetricError) && !(error instanceof QuantityError)) throw error;
    throw new MetricError(`${what}: ${error.message}`, { cause: error });
  }
}

/** A quantity, as text or as a plain number; absent is zero. In thousandths. */
function milliOf(value: unknown): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
    throw new MetricError('quantities must be texts or numbers');
  }
  return quantityValue(parseQuantity(String(value)), -3);
}

function timeOf(item: JsonObject): number {
  const text = textAt(item, 'timestamp');
  const time = Date.parse(text === '' ? '0001-01-01T00:00:00Z' : text);
  if (Number.isNaN(time)) throw new MetricError(`cannot parse ${goQuote(text)} as a time`);
  return time;
}

function durationMs(text: string): number {
  if (text === '') return 0;
  const parsed = parseGoDuration(text);
  if (!parsed.ok) throw new MetricError(parsed.error);
  return Number(parsed.nanoseconds / 1_000_000n);
}

/** v1beta2 and v1beta1 call it differently. */
function windowMsOf(item: JsonObject): number {
  const seconds = item['windowSeconds'] ?? item['window'];
  return typeof seconds === 'number' ? seconds * 1000 : defaultWindowMs;
}
