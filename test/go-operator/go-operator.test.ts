/** The operator tells right from wrong: upstream's own control plane passes all of it. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startNodes, type Nodes } from '../e2e/simulated-nodes.ts';
import { startUpstreamHost, upstreamUnavailable, type UpstreamHost } from '../host/upstream.ts';
import { goOperatorUnavailable, runGoOperator } from './run.ts';

suite('an operator on controller-runtime', { skip: upstreamUnavailable() ?? goOperatorUnavailable() ?? false }, () => {
  let host: UpstreamHost;
  let nodes: Nodes;
  before(async () => {
    host = await startUpstreamHost();
    nodes = await startNodes(host.kubeconfig);
  });
  after(async () => {
    await nodes.stop();
    await host.stop();
  });

  test('finds nothing wrong with upstream', async () => {
    const checks = await runGoOperator(host.kubeconfig);
    assert.deepEqual(
      checks.filter(({ ok }) => !ok),
      [],
    );
    assert.ok(checks.length >= 17, `only ${checks.length} checks`);
  });
});
