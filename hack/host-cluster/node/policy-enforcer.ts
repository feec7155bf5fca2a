/** Keeps the node's rules equal to the cluster's network policies: reads pods, namespaces and policies, and replaces the table when it changes. */
import { spawnSync } from 'node:child_process';
import type { GroupVersionResource } from '../../../src/api/gvk.ts';
import { createClient } from '../../../src/client/create-client.ts';
import { ResourceInformer } from '../../../src/client/informer.ts';
import type { Logger } from '../../../src/lib/logger.ts';
import { connectionExchange } from '../../../src/main/connection-exchange.ts';
import { realClock } from '../../../src/main/real-clock.ts';
import { realRandom } from '../../../src/main/real-random.ts';
import type { Connection } from '../../../src/tenancy/kubeconfig.ts';
import { policyRules, type NetworkPolicy, type PolicyNamespace, type PolicyPod } from './network-policies.ts';

/** Changes come in bursts: one table for all that come in this time. */
const settleMs = 30;
const retryMs = 500;

/** Runs as long as the process. Resolves when the rules of what is there are in force. */
export async function enforceNetworkPolicies(connection: Connection, logger: Logger): Promise<void> {
  const { exchange } = connectionExchange(connection);
  const client = createClient('host', exchange, { userAgent: 'policy-enforcer' });
  const follow = (group: string, resource: string): ResourceInformer<'host'> => {
    const gvr: GroupVersionResource = { group, version: 'v1', resource };
    return new ResourceInformer({ gvr, client, clock: realClock, random: realRandom, logger });
  };
  const pods = follow('', 'pods');
  const namespaces = follow('', 'namespaces');
  const policies = follow('networking.k8s.io', 'networkpolicies');
  const all = [pods, namespaces, policies];
  let inForce = '';
  const apply = (): void => {
    const rules = policyRules({
      // As the API server has checked them.
      pods: pods.list() as unknown as PolicyPod[],
      namespaces: namespaces.list() as unknown as PolicyNamespace[],
      policies: policies.list() as unknown as NetworkPolicy[],
    });
    if (rules === inForce) return;
    const { status, stderr } = spawnSync('nft', ['-f', '-'], { input: rules, encoding: 'utf8' });
    if (status === 0) {
      inForce = rules;
      return;
    }
    logger.error({ stderr, rules }, 'the rules are refused');
    schedule(retryMs);
  };
  let timer: NodeJS.Timeout | undefined;
  const schedule = (delayMs: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      apply();
    }, delayMs);
  };
  for (const informer of all) {
    const changed = (): void => schedule(settleMs);
    informer.addHandler({ onAdd: changed, onUpdate: changed, onDelete: changed });
    await informer.start();
  }
  await Promise.all(all.map((informer) => informer.whenSynced()));
  apply();
}
