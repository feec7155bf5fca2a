/** Upstream's control plane as a tenant's host, with our simulated nodes. */
import { startNodes } from '../e2e/simulated-nodes.ts';
import { startUpstreamHost } from '../host/upstream.ts';

export interface UpstreamCluster {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

export async function startUpstreamCluster(nodes: number): Promise<UpstreamCluster> {
  const host = await startUpstreamHost();
  try {
    const simulated = await startNodes(host.kubeconfig, nodes);
    return {
      kubeconfig: host.kubeconfig,
      stop: async () => {
        await simulated.stop();
        await host.stop();
      },
    };
  } catch (error) {
    await host.stop();
    throw error;
  }
}
