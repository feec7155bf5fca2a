/** How a role calls webhooks: where Services are, and what may be dialled. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { ClusterReader } from '../apiserver/admission/cluster-reader.ts';
import { mayDial } from '../apiserver/aggregation/dial-policy.ts';
import { createServiceResolver } from '../apiserver/aggregation/service-resolver.ts';
import type { WebhookClientOptions } from '../apiserver/crd/webhook-client.ts';
import type { Clock } from '../lib/clock.ts';

/** `allowed`: which addresses may be dialled; by default none of this machine. */
export function webhookDialling(
  clock: Clock,
  cluster: ClusterReader,
  allowed: (address: string) => boolean = mayDial,
): WebhookClientOptions {
  const resolveService = createServiceResolver({
    service: (namespace, name) => cluster.find('', 'services', namespace, name),
    lookup: addressesOf,
    mayDial: allowed,
  });
  return {
    clock,
    resolveService: (service) => resolveService(service),
    async resolveHost(name) {
      const found = isIP(name) ? [name] : await addressesOf(name);
      return found.filter((address) => allowed(address));
    },
  };
}

async function addressesOf(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}
