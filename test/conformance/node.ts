/** A node of the tenant that is no more than its object. Some tests want to name one; none of class A wants a pod to run on it. */
import { createClient } from '../../src/client/create-client.ts';
import { connectionExchange } from '../../src/main/connection-exchange.ts';
import { resolveKubeconfig } from '../../src/tenancy/kubeconfig.ts';

/** Makes the node where there is none, and says that it is ready: the suite does not begin without. */
export async function addNode(kubeconfig: string): Promise<void> {
  const { exchange, close } = connectionExchange(await resolveKubeconfig(kubeconfig));
  try {
    const nodes = createClient('tenant', exchange).resource({ group: '', version: 'v1', resource: 'nodes' });
    if ((await nodes.list()).items.length > 0) return;
    const name = 'in-name-only';
    await nodes.create({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    const now = new Date().toISOString();
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'Said',
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    };
    await nodes.patch(name, 'merge', { status: { conditions: [condition] } }, { subresource: 'status' });
  } finally {
    close();
  }
}
