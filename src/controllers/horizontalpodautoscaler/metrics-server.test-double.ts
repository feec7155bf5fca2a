/** The metrics APIs, answered in front of an API server: what a test says was measured. */
import type { Exchange } from '../../api/exchange.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';

export class FakeMetricsServer {
  /** Answers by path, without the query. Where there is none, the API server answers. */
  readonly answers = new Map<string, JsonValue>();
  /** Path and query of each request that was answered. */
  readonly requests: string[] = [];
  /** Versions of custom.metrics.k8s.io, the preferred one first. */
  customVersions: readonly string[] = [];

  readonly through = (exchange: Exchange): Exchange => {
    return async (request) => {
      const answer = this.answers.get(decodeURIComponent(request.path));
      if (answer !== undefined) {
        this.requests.push(`${request.path}?${request.query}`);
        return json(answer);
      }
      // Only who asks for the plain list is told: the aggregated one is of resources, of which these APIs need none here.
      if (request.path !== '/apis' || request.headers['accept'] !== 'application/json') return exchange(request);
      return json({ kind: 'APIGroupList', apiVersion: 'v1', groups: this.#groups() });
    };
  };

  /** Usage by pod and container: `{ 'web-1': { app: { cpu: '100m' } } }`. */
  setResources(namespace: string, timestamp: string, usage: Readonly<Record<string, JsonObject>>): void {
    const items = Object.entries(usage).map(([name, containers]) => ({
      metadata: { name, namespace },
      timestamp,
      window: '30s',
      containers: Object.entries(containers).map(([container, amounts]) => ({ name: container, usage: amounts })),
    }));
    this.answers.set(`/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`, { kind: 'PodMetricsList', items });
  }

  #groups(): JsonValue {
    const group = 'custom.metrics.k8s.io';
    const versions = this.customVersions.map((version) => ({ version, groupVersion: `${group}/${version}` }));
    return versions.length === 0 ? [] : [{ name: group, versions, preferredVersion: versions[0] ?? null }];
  }
}

function json(value: JsonValue): Awaited<ReturnType<Exchange>> {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) };
}
