/** Counts of requests, and how long they took, under upstream's names. Mirrors apiserver endpoints/metrics. */
import type { ApiRequest } from '../../api/exchange.ts';
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
const readVerbs = new Set(['get', 'list', 'watch', '']);

interface Histogram {
  readonly counts: number[];
  count: number;
  sum: number;
}

export class RequestMetrics {
  readonly #totals = new Map<string, number>();
  readonly #durations = new Map<string, Histogram>();
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
    const where = labels([
      ['component', 'apiserver'],
      ['dry_run', dryRun ? 'All' : ''],
      ['group', info.group],
      ['resource', info.resource],
      ['scope', scopeOf(info)],
      ['subresource', info.isResourceRequest ? info.subresource : ''],
      ['verb', verb],
      ['version', info.version],
    ]);
    const total = `${labels([['code', String(code)]])},${where}`;
    this.#totals.set(...bounded(this.#totals, total, (this.#totals.get(total) ?? 0) + 1));
    if (info.verb === 'watch') return;
    const before = this.#durations.get(where);
    const histogram = before ?? { counts: buckets.map(() => 0), count: 0, sum: 0 };
    if (!before && this.#durations.size >= seriesMax) return;
    this.#durations.set(where, histogram);
    const bucket = buckets.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
    histogram.count++;
    histogram.sum += seconds;
  }

  /** Prometheus' text format, version 0.0.4. */
  text(): string {
    const lines = [
      '# HELP apiserver_current_inflight_requests Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
      '# TYPE apiserver_current_inflight_requests gauge',
      `apiserver_current_inflight_requests{request_kind="mutating"} ${this.#mutating}`,
      `apiserver_current_inflight_requests{request_kind="readOnly"} ${this.#reading}`,
      '# HELP apiserver_longrunning_requests Gauge of all active long-running apiserver requests.',
      '# TYPE apiserver_longrunning_requests gauge',
      `apiserver_longrunning_requests{component="apiserver",verb="WATCH"} ${this.#watching}`,
      '# HELP apiserver_request_duration_seconds Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
      '# TYPE apiserver_request_duration_seconds histogram',
    ];
    for (const [where, { counts, count, sum }] of this.#durations) {
      let cumulated = 0;
      for (const [index, bound] of buckets.entries()) {
        cumulated += counts[index] ?? 0;
        lines.push(`apiserver_request_duration_seconds_bucket{${where},le="${bound}"} ${cumulated}`);
      }
      lines.push(
        `apiserver_request_duration_seconds_bucket{${where},le="+Inf"} ${count}`,
        `apiserver_request_duration_seconds_sum{${where}} ${sum}`,
        `apiserver_request_duration_seconds_count{${where}} ${count}`,
      );
    }
    lines.push(
      '# HELP apiserver_request_total Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
      '# TYPE apiserver_request_total counter',
    );
    for (const [where, count] of this.#totals) lines.push(`apiserver_request_total{${where}} ${count}`);
    return `${lines.join('\n')}\n`;
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

function bounded(totals: ReadonlyMap<string, number>, key: string, count: number): [string, number] {
  if (totals.has(key) || totals.size < seriesMax) return [key, count];
  return ['code="other"', (totals.get('code="other"') ?? 0) + 1];
}

function scopeOf(info: RequestInfo): string {
  if (!info.isResourceRequest) return '';
  if (info.name !== '' || info.verb === 'create') return 'resource';
  return info.namespace === '' ? 'cluster' : 'namespace';
}

function labels(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${name}="${value.replaceAll(/["\\\n]/g, '_')}"`).join(',');
}
