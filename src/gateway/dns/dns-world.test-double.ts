/** A host with tenants' copies on it, marked as the syncer marks them, and a resolver over it. */
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { silentLogger } from '../../lib/logger.ts';
import { endpointNameAnnotation, placeOf } from '../../translate/marks.ts';
import { copyMetadata } from '../../translate/metadata.ts';
import type { Transport } from './answer.ts';
import { Directory } from './directory.ts';
import { DnsCounters } from './dns-counters.ts';
import { defaultLimits } from './dns-service.ts';
import { configuredName } from './domain-name.ts';
import type { Forward } from './forwarder.ts';
import { Resolver, type ResolverLimits, type ResolverOptions, type TenantSettings } from './resolver.ts';
import { privateRanges } from './reverse-name.ts';
import { readUpstreamAnswer, upstreamQuery, type UpstreamAnswer, type UpstreamQuestion } from './upstream-message.ts';

/** Of an object that a tenant made. */
export function copyOf(
  tenant: string,
  namespace: string,
  name: string,
  rest: JsonObject,
  hostNamespace = `sublet-${tenant}`,
): KubeObject {
  const place = placeOf({ tenant, hostNamespace });
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { namespace, name, uid: `${tenant}-${namespace}-${name}` },
  };
  return { ...object, ...rest, metadata: copyMetadata(place, object) };
}

/** A slice that the host's controller made for a copy of a Service. */
export function sliceOf(
  service: KubeObject,
  endpoints: readonly JsonObject[],
  ports: readonly JsonObject[] = [],
): KubeObject {
  const { namespace = '', name = '', labels = {} } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name: `${name}-abcde`, labels: { ...labels, 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: endpoints.map((endpoint): JsonValue => endpoint),
    ports: ports.map((port): JsonValue => port),
  };
}

export function podOf(
  tenant: string,
  namespace: string,
  name: string,
  ip: string,
  more: { spec?: JsonObject; status?: JsonObject; endpointName?: string } = {},
): KubeObject {
  const pod = copyOf(tenant, namespace, name, {
    spec: { ...more.spec },
    status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], ...more.status },
  });
  const own = more.endpointName === undefined ? {} : { [endpointNameAnnotation]: more.endpointName };
  return { ...pod, metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, ...own } } };
}

export function serviceOf(tenant: string, namespace: string, name: string, ip: string): KubeObject {
  return copyOf(tenant, namespace, name, {
    spec: { clusterIP: ip, clusterIPs: [ip], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
  });
}

/** Answers every question with one address, if it isn't told otherwise. */
class FakeUpstream implements Forward {
  readonly asked: UpstreamQuestion[] = [];
  ttl = 60;
  /** What answers wait for. */
  gate: Promise<void> | undefined;

  async ask(asked: UpstreamQuestion): Promise<UpstreamAnswer> {
    this.asked.push(asked);
    await this.gate;
    const query = upstreamQuery(asked);
    const head = Buffer.from(query.subarray(0, query.length - 11));
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(1, 6);
    head.writeUInt16BE(0, 10);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, this.ttl >> 8, this.ttl & 0xff, 0, 4, 203, 0, 113, 7]);
    const answer = readUpstreamAnswer(Buffer.concat([head, record]));
    if (!answer) throw new Error('the fake is wrong');
    return answer;
  }
}

export class DnsWorld {
  readonly clock = new FakeClock();
  readonly directory = new Directory({ onPodAt: (address) => this.resolver.podArrived(address) });
  readonly upstream = new FakeUpstream();
  readonly counters = new DnsCounters();
  readonly resolver: Resolver;
  hasSynced = true;

  constructor(
    change: {
      limits?: Partial<ResolverLimits>;
      settings?: Record<string, Partial<TenantSettings>>;
    } & Partial<Omit<ResolverOptions, 'limits'>> = {},
  ) {
    const { limits, settings = {}, ...rest } = change;
    const zone = { name: configuredName('cluster.local'), ttl: 5, servers: [] };
    this.resolver = new Resolver({
      directory: this.directory,
      hasSynced: () => this.hasSynced,
      forward: this.upstream,
      settingsOf: (tenant) => ({ zone, visible: [], ...settings[tenant] }),
      internalZones: [configuredName('cluster.local'), configuredName('host.internal')],
      internalRanges: privateRanges,
      // Nobody waits where the clock stands still.
      limits: {
        ...defaultLimits,
        rate: { perSecond: 1000, burst: 1000 },
        newcomers: { waitMs: 0, questionsMax: 0 },
        ...limits,
      },
      counters: this.counters,
      clock: this.clock,
      logger: silentLogger,
      ...rest,
    });
  }

  /** Two tenants, `a` (asking from 10.244.0.1) and `b` (from 10.244.0.2), each with a service and a StatefulSet's pod. */
  populate(): this {
    for (const [tenant, last] of [
      ['a', 1],
      ['b', 2],
    ] as const) {
      const ip = `10.244.0.${last}`;
      this.directory.put('pods', podOf(tenant, 'default', 'client', ip));
      this.directory.put('services', serviceOf(tenant, 'default', 'web', `10.96.0.${last}`));
      this.directory.put('services', serviceOf(tenant, 'default', `only-${tenant}`, `10.96.1.${last}`));
      const db = copyOf(tenant, 'data', 'db', { spec: { clusterIP: 'None', ports: [{ name: 'sql', port: 5432 }] } });
      const pod = podOf(tenant, 'data', 'db-0', `10.244.1.${last}`, { endpointName: 'db-0.db' });
      this.directory.put('services', db);
      this.directory.put('pods', pod);
      const target = { kind: 'Pod', name: pod.metadata.name ?? '' };
      const slice = sliceOf(
        db,
        [{ addresses: [`10.244.1.${last}`], conditions: { ready: true }, targetRef: target }],
        [{ name: 'sql', port: 5432, protocol: 'TCP' }],
      );
      this.directory.put('endpointslices', slice);
    }
    return this;
  }

  async ask(packet: Buffer, source: string, transport: Transport = 'udp'): Promise<Buffer | undefined> {
    return this.resolver.resolve(packet, source, transport);
  }
}
