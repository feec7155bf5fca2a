/** Work for upstream's controllers and scheduler: rounds in namespaces of their own, which are made, filled, changed and deleted. */
import { unlessNotFound } from '../../src/controller/status-cause.ts';
import type { Client } from '../../src/client/client.ts';
import type { GroupVersionResource } from '../../src/api/gvk.ts';
import { isJsonObject } from '../../src/api/json.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { daemonSets, deployments, jobs, namespaces, pods, statefulSets, workloads } from './workloads.ts';

export interface LoadResult {
  readonly rounds: number;
  /** What did not come about in time, in words. */
  readonly troubles: readonly string[];
}

const pollMs = 500;
const stepTimeoutMs = 120_000;

/** Rounds until the time is over, at least one. A round that began is ended. */
export async function runLoad(
  client: Client<'tenant'>,
  minutes: number,
  report: (line: string) => void,
): Promise<LoadResult> {
  const deadline = performance.now() + minutes * 60_000;
  const troubles: string[] = [];
  let rounds = 0;
  do {
    rounds++;
    const namespace = `load-${rounds}`;
    await runRound(client, namespace, troubles).catch((error: unknown) => {
      troubles.push(`${namespace}: ${error instanceof Error ? error.message : String(error)}`);
    });
    report(`round ${rounds}, ${troubles.length} troubles`);
  } while (performance.now() < deadline);
  return { rounds, troubles };
}

async function runRound(client: Client<'tenant'>, namespace: string, troubles: string[]): Promise<void> {
  const until = async (what: string, look: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + stepTimeoutMs;
    while (!(await look())) {
      if (performance.now() > deadline) return void troubles.push(`${namespace}: not in time: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  };
  const status = async (gvr: GroupVersionResource, name: string): Promise<Readonly<Record<string, unknown>>> =>
    statusOf(await client.resource(gvr, namespace).get(name));
  await client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const { gvr, object } of workloads()) await client.resource(gvr, namespace).create(structuredClone(object));
  await until('a deployment is available', async () => (await status(deployments, 'web'))['availableReplicas'] === 3);
  await until('a stateful set is ready', async () => (await status(statefulSets, 'set'))['readyReplicas'] === 2);
  await until('a daemon set is ready', async () => {
    const { desiredNumberScheduled, numberReady } = await status(daemonSets, 'agent');
    return (
      typeof desiredNumberScheduled === 'number' && desiredNumberScheduled > 0 && numberReady === desiredNumberScheduled
    );
  });
  await until('a job is complete', () => jobIsOver(client, namespace));
  await client.resource(deployments, namespace).patch('web', 'merge', {
    spec: { replicas: 4, template: { metadata: { annotations: { round: 'two' } } } },
  });
  await client.resource(statefulSets, namespace).patch('set', 'merge', { spec: { replicas: 1 } });
  await until('a deployment is rolled out', async () => {
    const { updatedReplicas, availableReplicas, replicas } = await status(deployments, 'web');
    return updatedReplicas === 4 && availableReplicas === 4 && replicas === 4;
  });
  const [victim] = (await client.resource(pods, namespace).list({ labelSelector: 'app=web' })).items;
  if (victim?.metadata.name !== undefined) await client.resource(pods, namespace).delete(victim.metadata.name);
  await client.resource(daemonSets, namespace).delete('agent', { propagationPolicy: 'Foreground' });
  await until('a daemon set is gone', async () => (await unlessNotFound(status(daemonSets, 'agent'))) === undefined);
  await client.resource(namespaces).delete(namespace);
  await until(
    'a namespace is gone',
    async () => (await unlessNotFound(client.resource(namespaces).get(namespace))) === undefined,
  );
}

async function jobIsOver(client: Client<'tenant'>, namespace: string): Promise<boolean> {
  const job = await unlessNotFound(client.resource(jobs, namespace).get('job'));
  // Its time to live may be over already.
  return job === undefined || statusOf(job)['succeeded'] === 3;
}

function statusOf(object: KubeObject): Readonly<Record<string, unknown>> {
  const { status = null } = object;
  return isJsonObject(status) ? status : {};
}
