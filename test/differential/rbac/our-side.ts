/** Our API server, in process. */
import { startCluster } from '../../attack/cluster.ts';
import type { Side } from './upstream-cluster.ts';

export async function startOurSide(): Promise<Side> {
  const cluster = await startCluster();
  return {
    call: (user, method, path, body, type) =>
      (user === 'root' ? cluster.admin : cluster.as(user)).call(method, path, body, type),
    close: () => cluster.close(),
  };
}
