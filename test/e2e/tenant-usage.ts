/** What a tenant is told of what its pods and nodes use, on a host with a metrics server. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Stage } from './first-light.ts';
import { eventually } from './sublet-up.ts';

const namespace = 'measured';
const annotations = { 'simulation.sublet.dev/cpu': '250m', 'simulation.sublet.dev/memory': '64Mi' };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' }, annotations },
      spec: {
        containers: ['main', 'side'].map((name) => ({ name, image: name, resources: { requests: { cpu: '100m' } } })),
      },
    },
  },
};

export function testTenantUsage({ tenant, folder }: Stage): void {
  test('kubectl top tells what the tenant’s pods use, and its nodes', async () => {
    await tenant()('create', 'namespace', namespace);
    const file = join(folder(), 'measured.json');
    writeFileSync(file, JSON.stringify(deployment));
    await tenant()('apply', '-f', file);
    await tenant()('rollout', 'status', 'deployment', 'web', '--timeout=60s', '--namespace', namespace);
    const top = (...args: string[]): Promise<string> => tenant()('top', ...args);
    await eventually(async () => {
      assert.match(await top('pods', '--namespace', namespace), /^web-\S+ +500m +128Mi *$/m);
    });
    assert.match(
      await top('pods', '--namespace', namespace, '--containers', '-l', 'app=web'),
      /web-\S+ +side +250m +64Mi/,
    );
    assert.match(await top('nodes'), /^node-\d +\d+m +\d+% +\d+Mi +\d+% *$/m);
    await assert.rejects(top('pods', 'none', '--namespace', namespace), /NotFound.*none/);
  });

  test('an autoscaler adds pods by what they use', async () => {
    await tenant()('autoscale', 'deployment', 'web', '--min=1', '--max=3', '--cpu=50%', '--namespace', namespace);
    await eventually(async () => {
      const path = 'jsonpath={.status.currentReplicas} {.status.desiredReplicas}';
      assert.match(await tenant()('get', 'hpa', 'web', '--namespace', namespace, '-o', path), / 3$/);
    });
    await tenant()('delete', 'namespace', namespace);
  });
}
