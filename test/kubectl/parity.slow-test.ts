/**
 * What people do with kubectl, done to a tenant and to upstream's control plane side by side: both must say the same, but for what each makes up by
 * itself. Both have the same simulated nodes. Needs the built program (`npm run build`), and Go for upstream's.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { startNodes, type Nodes } from '../e2e/simulated-nodes.ts';
import { newStateFolder, removeStateFolder, startUp, type Up } from '../e2e/sublet-up.ts';
import { kubectlPath, startUpstreamHost, upstreamUnavailable, type UpstreamHost } from '../host/upstream.ts';
import { daemonSets } from './cases/daemon-sets.ts';
import { deployments } from './cases/deployments.ts';
import { generators } from './cases/generators.ts';
import { kinds } from './cases/kinds.ts';
import { reading } from './cases/reading.ts';
import { writing } from './cases/writing.ts';
import { differencesOf } from './run-case.ts';
import { Side } from './side.ts';

const unavailable = upstreamUnavailable();
/** They mostly wait: for kubectl to start, for pods to be ready. */
const atOnce = 4;

if (unavailable !== undefined) {
  test('kubectl says the same of a tenant and of upstream', { skip: unavailable }, () => undefined);
} else {
  suite('kubectl says the same of a tenant and of upstream', { concurrency: atOnce }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'sublet-kubectl-'));
    let cluster: UpstreamHost;
    let nodes: Nodes;
    let up: Up;
    let tenant: Side;
    let upstream: Side;

    before(async () => {
      const stateFolder = await newStateFolder();
      [cluster, up] = await Promise.all([
        startUpstreamHost({ controllers: true }),
        startUp(stateFolder, ['--from-host', 'nodes']),
      ]);
      nodes = await startNodes(cluster.kubeconfig);
      const kubectl = await kubectlPath();
      const side = (name: string, kubeconfig: string): Side =>
        new Side({ name, kubectl, kubeconfig, folder: join(folder, name) });
      tenant = side('tenant', up.tenantKubeconfig);
      upstream = side('upstream', cluster.kubeconfig);
    });

    after(async () => {
      await nodes.stop();
      await Promise.all([up.interrupt(), cluster.stop()]);
      await removeStateFolder(up.folder);
      rmSync(folder, { recursive: true, force: true });
    });

    for (const [index, one] of [
      ...deployments,
      ...daemonSets,
      ...reading,
      ...generators,
      ...writing,
      ...kinds,
    ].entries()) {
      test(one.name, async () => {
        const found = await differencesOf(one, `parity-${index}`, tenant, upstream);
        // `-` is the tenant's, `+` is upstream's.
        assert.ok(found.length === 0, `\n${found.join('\n\n')}`);
      });
    }
  });
}
