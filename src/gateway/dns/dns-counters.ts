/** What is counted of each tenant, for Prometheus; the number of series is bounded. */
import type { Metric, Sample } from '../../lib/metrics/metric-text.ts';
import type { TenantIdentity } from './host-facts.ts';

/** How a query ended. */
export type Outcome = 'answered' | 'forwarded' | 'cached' | 'refused' | 'malformed' | 'limited' | 'failed';

const outcomes: readonly Outcome[] = ['answered', 'forwarded', 'cached', 'refused', 'malformed', 'limited', 'failed'];

/** Tenants beyond are counted together. */
const tenantsMax = 1000;
const unknown: TenantIdentity = { tenant: '', hostNamespace: '' };
const others: TenantIdentity = { tenant: 'others', hostNamespace: '' };

export class TenantCounters {
  readonly identity: TenantIdentity;
  readonly #counts = new Map<Outcome, number>();

  constructor(identity: TenantIdentity) {
    this.identity = identity;
  }

  count(outcome: Outcome): void {
    this.#counts.set(outcome, this.of(outcome) + 1);
  }

  of(outcome: Outcome): number {
    return this.#counts.get(outcome) ?? 0;
  }
}

export class DnsCounters {
  /** Of addresses that are no tenant's. */
  readonly unknown = new TenantCounters(unknown);
  readonly #others = new TenantCounters(others);
  readonly #tenants = new Map<string, TenantCounters>();

  of(identity: TenantIdentity): TenantCounters {
    const key = `${identity.hostNamespace}/${identity.tenant}`;
    const known = this.#tenants.get(key);
    if (known) return known;
    if (this.#tenants.size >= tenantsMax) return this.#others;
    const made = new TenantCounters(identity);
    this.#tenants.set(key, made);
    return made;
  }

  forget(identity: TenantIdentity): void {
    this.#tenants.delete(`${identity.hostNamespace}/${identity.tenant}`);
  }

  metrics(): readonly Metric[] {
    const all = [this.unknown, this.#others, ...this.#tenants.values()];
    const samples = all.flatMap((counters) => samplesOf(counters));
    return [
      {
        name: 'sublet_dns_queries_total',
        help: "DNS queries by tenant and by how they ended; without a tenant: from addresses of nobody's pods.",
        type: 'counter',
        samples,
      },
    ];
  }
}

function samplesOf(counters: TenantCounters): readonly Sample[] {
  const { tenant, hostNamespace } = counters.identity;
  return outcomes.flatMap((outcome) => {
    const value = counters.of(outcome);
    return value === 0 ? [] : [{ labels: { tenant, host_namespace: hostNamespace, outcome }, value }];
  });
}
