/** Counts of requests, and how long they took, under upstream's names. Mirrors apiserver endpoints/metrics. */
import type { ApiRequest } from '../../api/exchange.ts';
import { Histogram } from '../../lib/metrics/histogram.ts';
import type { Labels, Metric, Sample } from '../../lib/metrics/metric-text.ts';
import type { RequestInfo } from '../request-context.ts';

/** What a finished request was. */
export interface FinishedRequest {
  readonly info: RequestInfo;
  /** As {@link metricVerb} says it. */
  readonly verb: string;
  readonly code: number;
  readonly dryRun: boolean;
  readonly seconds: number;
}

/** Upper bounds in seconds, upstream's. */
const buckets = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
] as const;

/** Labels come from clients: more combinations than this are counted as one. */
const seriesMax = 5000;
const others = 'other';

const readVerbs = new Set(['get', 'list', 'watch', '']);

export class RequestMetrics {
  readonly #totals = new Map<string, { readonly labels: Labels; count: number }>();
  readonly #durations = new Map<string, { readonly labels: Labels; readonly histogram: Histogram }>();
  #reading = 0;
  #mutating = 0;
  #watching = 0;

  /** Returns what ends it. Watches aren't in flight: they are long-running. */
  started(info: RequestInfo): () => void {
    if (info.verb === 'watch') {
      this.#watching++;
      return () => this.#watching--;
    }
    if (readVerbs.has(info.verb)) {
      this.#reading++;
      return () => this.#reading--;
    }
    this.#mutating++;
    return () => this.#mutating--;
  }

  finished({ info, verb, code, dryRun, seconds }: FinishedRequest): void {
    const where: Labels = {
      component: 'apiserver',
      dry_run: dryRun ? 'All' : '',
      group: info.group,
      resource: info.resource,
      scope: scopeOf(info),
      subresource: info.isResourceRequest ? info.subresource : '',
      verb,
      version: info.version,
    };
    const key = Object.values(where).join('\n');
    this.#count(`${code}\n${key}`, { code: String(code), ...where });
    if (info.verb !== 'watch') this.#time(key, where, seconds);
  }

  metrics(): readonly Metric[] {
    const inFlight = (kind: string, value: number): Sample => ({ labels: { request_kind: kind }, value });
    return [
      {
        name: 'apiserver_current_inflight_requests',
        help: 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
        type: 'gauge',
        samples: [inFlight('mutating', this.#mutating), inFlight('readOnly', this.#reading)],
      },
      {
        name: 'apiserver_longrunning_requests',
        help: 'Gauge of all active long-running apiserver requests.',
        type: 'gauge',
        samples: [{ labels: { component: 'apiserver', verb: 'WATCH' }, value: this.#watching }],
      },
      {
        name: 'apiserver_request_duration_seconds',
        help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
        type: 'histogram',
        samples: [...this.#durations.values()].flatMap(({ labels, histogram }) => histogram.samples(labels)),
      },
      {
        name: 'apiserver_request_total',
        help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
        type: 'counter',
        samples: [...this.#totals.values()].map(({ labels, count }) => ({ labels, value: count })),
      },
    ];
  }

  #count(key: string, labels: Labels): void {
    const total = this.#totals.get(key);
    if (total) total.count++;
    else if (this.#totals.size < seriesMax) this.#totals.set(key, { labels, count: 1 });
    else if (key !== others) this.#count(others, { code: 'other' });
    else this.#totals.set(others, { labels, count: 1 });
  }

  #time(key: string, labels: Labels, seconds: number): void {
    let duration = this.#durations.get(key);
    if (!duration) {
      if (this.#durations.size >= seriesMax) return;
      duration = { labels, histogram: new Histogram(buckets) };
      this.#durations.set(key, duration);
    }
    duration.histogram.observe(seconds);
  }
}

const methodVerbs: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT', patch: 'PATCH' };
const connecting = new Set(['log', 'exec', 'portforward', 'attach', 'proxy']);
const reportedVerbs = new Set('APPLY CONNECT DELETE DELETECOLLECTION GET LIST PATCH POST PUT WATCH'.split(' '));

/** What a request did, in upstream's few words. Mirrors endpoints/metrics cleanVerb. */
export function metricVerb(info: RequestInfo, { method, headers }: Pick<ApiRequest, 'method' | 'headers'>): string {
  if (!info.isResourceRequest) return reportedVerbs.has(method) ? method : 'other';
  if (connecting.has(info.subresource)) return 'CONNECT';
  const isApply = info.verb === 'patch' && (headers['content-type'] ?? '').startsWith('application/apply-patch');
  const verb = isApply ? 'APPLY' : (methodVerbs[info.verb] ?? info.verb.toUpperCase());
  return reportedVerbs.has(verb) ? verb : 'other';
}

function scopeOf(info: RequestInfo): string {
  if (!info.isResourceRequest) return '';
  if (info.name !== '' || info.verb === 'create') return 'resource';
  return info.namespace === '' ? 'cluster' : 'namespace';
}
