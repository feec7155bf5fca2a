/** What a role's API server tells of its store and of its process, under upstream's names. */
import type { Metric } from '../lib/metrics/metric-text.ts';
import type { ResourceRegistry } from '../apiserver/registry/resource-registry.ts';
import type { Store } from '../storage/store.ts';

/** Asked for at each scrape: nothing is counted meanwhile. */
export async function serverMetrics(
  store: Store,
  resources: ResourceRegistry,
  gitVersion: string,
  further: () => readonly Metric[] = () => [],
): Promise<Metric[]> {
  const counts = await Promise.all(
    resources.stored().map(async ({ gr, storagePrefix }) => {
      const { entries, remaining } = await store.list({ prefix: storagePrefix, limit: 1, counted: true });
      return { ...gr, value: entries.length + remaining };
    }),
  );
  const build = { compiler: '', git_version: gitVersion, go_version: '', platform: '' };
  return [
    {
      name: 'apiserver_resource_objects',
      help: 'Number of stored objects at the time of last check split by kind.',
      type: 'gauge',
      samples: counts.map(({ group, resource, value }) => ({ labels: { group, resource }, value })),
    },
    {
      name: 'apiserver_storage_objects',
      help: 'Number of stored objects at the time of last check split by kind.',
      type: 'gauge',
      samples: counts.map(({ group, resource, value }) => ({
        labels: { resource: group === '' ? resource : `${resource}.${group}` },
        value,
      })),
    },
    ...processMetrics(),
    gauge('kubernetes_build_info', 'What this server calls itself.', 1, build),
    ...further(),
  ];
}

function processMetrics(): Metric[] {
  const { user, system } = process.cpuUsage();
  const { rss } = process.memoryUsage();
  const started = Math.round(Date.now() / 1000 - process.uptime());
  return [
    {
      name: 'process_cpu_seconds_total',
      help: 'Total user and system CPU time spent in seconds.',
      type: 'counter',
      samples: [{ value: (user + system) / 1e6 }],
    },
    gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', rss),
    gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', started),
  ];
}

function gauge(name: string, help: string, value: number, labels: Readonly<Record<string, string>> = {}): Metric {
  return { name, help, type: 'gauge', samples: [{ labels, value }] };
}
