import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { FakeClock } from '../../client/fake-clock.test-double.ts';
import { createSimulatedUsage } from './usage.ts';

const now = Date.UTC(2030, 0, 1);

interface Case {
  readonly annotations?: Record<string, string>;
  readonly requests?: Record<string, string>;
  readonly usage: { readonly cpu: string; readonly memory: string };
}

const cases: Record<string, Case> = {
  'what its annotations say': {
    annotations: { 'simulation.sublet.dev/cpu': '250m', 'simulation.sublet.dev/memory': '64Mi' },
    requests: { cpu: '1', memory: '1Gi' },
    usage: { cpu: '250m', memory: '64Mi' },
  },
  'a part of what it requests': { requests: { cpu: '1', memory: '1Gi' }, usage: { cpu: '100m', memory: '512Mi' } },
  'next to nothing': { usage: { cpu: '1m', memory: '8Mi' } },
  'what makes no sense counts as absent': {
    annotations: { 'simulation.sublet.dev/cpu': 'much' },
    usage: { cpu: '1m', memory: '8Mi' },
  },
  'next to nothing, of requests that are nothing': { requests: { cpu: '0' }, usage: { cpu: '1m', memory: '8Mi' } },
};

function pod(
  name: string,
  { annotations = {}, requests = {} }: Partial<Case>,
  state: object = { running: {} },
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'n', annotations },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'i', resources: { requests } }] },
    // A door: tests write what a kubelet would.
    status: { phase: 'Running', containerStatuses: [{ name: 'main', state }] } as never,
  };
}

for (const [name, one] of Object.entries(cases)) {
  test(`a container uses ${name}`, async () => {
    const usage = createSimulatedUsage(() => Promise.resolve([pod('web', one)]), new FakeClock(now));
    const [told] = await usage.pods('n');
    assert.deepEqual(told?.['containers'], [{ name: 'main', usage: one.usage }]);
    assert.equal(told['timestamp'], '2030-01-01T00:00:00Z');
  });
}

test('who does not run is not measured, and a node uses what its pods use', async () => {
  const pods = [
    pod('a', { requests: { cpu: '1', memory: '10Mi' } }),
    pod('b', { requests: { cpu: '2', memory: '10Mi' } }),
    pod('c', {}, { waiting: { reason: 'ContainerCreating' } }),
  ];
  const usage = createSimulatedUsage(() => Promise.resolve(pods), new FakeClock(now));
  assert.deepEqual(
    (await usage.pods('')).map(({ metadata }) => metadata.name),
    ['a', 'b'],
  );
  assert.deepEqual(
    (await usage.pods('n', 'b')).map(({ metadata }) => metadata.name),
    ['b'],
  );
  const [node] = await usage.nodes();
  assert.deepEqual([node?.metadata.name, node?.['usage']], ['node-1', { cpu: '300m', memory: '10Mi' }]);
});
