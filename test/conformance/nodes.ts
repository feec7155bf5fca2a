/** The nodes that a tenant sees: the suite does not begin before one is ready. */
import { createClient } from '../../src/client/create-client.ts';
import { connectionExchange } from '../../src/main/connection-exchange.ts';
import { resolveKubeconfig } from '../../src/tenancy/kubeconfig.ts';
import { eventually } from '../e2e/sublet-up.ts';

const nodes = { group: '', version: 'v1', resource: 'nodes' };

/** Resolves when so many nodes are there. @throws Error when that takes too long */
export async function untilNodes(kubeconfig: string, count: number): Promise<void> {
  const { exchange, close } = connectionExchange(await resolveKubeconfig(kubeconfig));
  try {
    const client = createClient('tenant', exchange).resource(nodes);
    await eventually(async () => {
      const { items } = await client.list();
      if (items.length < count) throw new Error(`${items.length} of ${count} nodes`);
    });
  } finally {
    close();
  }
}
