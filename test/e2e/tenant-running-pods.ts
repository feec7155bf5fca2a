/** What is done to a tenant's pod that is there already: by its owner, by the tenant's controllers, and by the host's people. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Stage } from './first-light.ts';
import { eventually } from './sublet-up.ts';

const namespace = 'running';
const copyName = `web-x-${namespace}-x-demo`;
const gate = 'gates.example/ok';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace, labels: { app: 'web' } },
  spec: {
    terminationGracePeriodSeconds: 0,
    schedulingGates: [{ name: 'wait.example/first' }],
    readinessGates: [{ conditionType: gate }],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { tier: 'front' } },
        matchLabelKeys: ['app'],
      },
    ],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            podAffinityTerm: {
              topologyKey: 'kubernetes.io/hostname',
              labelSelector: { matchLabels: { tier: 'front' } },
              matchLabelKeys: ['app'],
            },
          },
        ],
      },
    },
    containers: [
      {
        name: 'web',
        image: 'web:1',
        resources: { requests: { cpu: '100m', memory: '32Mi' }, limits: { memory: '64Mi' } },
      },
    ],
  },
};

const shell = {
  name: 'shell',
  image: 'shell:1',
  env: [{ name: 'WORD', valueFrom: { secretKeyRef: { name: 'words', key: 'one' } } }],
};

export function testRunningPods({ tenant, host, folder, hostNamespace }: Stage): void {
  const inTenant = (...args: string[]): Promise<string> => tenant()(...args, '--namespace', namespace);
  const onHost = (...args: string[]): Promise<string> => host()(...args, '--namespace', hostNamespace);
  const conditionOf = (type: string): string => `jsonpath={.status.conditions[?(@.type=="${type}")].status}`;

  test('a pod that waits for its gates is not on the host, and goes there when they are gone', async () => {
    await tenant()('create', 'namespace', namespace);
    const file = join(folder(), 'running.json');
    writeFileSync(file, JSON.stringify(pod));
    await tenant()('apply', '-f', file);
    await inTenant('create', 'configmap', 'after');
    assert.equal(await onHost('get', 'pod', copyName, '--ignore-not-found'), '');
    const gone = JSON.stringify([{ op: 'remove', path: '/spec/schedulingGates' }]);
    await inTenant('patch', 'pod', 'web', '--type=json', '-p', gone);
    await eventually(async () => {
      assert.equal(await inTenant('get', 'pod', 'web', '-o', 'jsonpath={.status.phase}'), 'Running');
    });
  });

  test('the conditions that it waits for are the tenant’s to set, and the host’s node heeds them', async () => {
    await eventually(async () => {
      assert.equal(await inTenant('get', 'pod', 'web', '-o', conditionOf('ContainersReady')), 'True');
    });
    assert.equal(await inTenant('get', 'pod', 'web', '-o', conditionOf('Ready')), 'False');
    const conditions = [
      { type: gate, status: 'True' },
      { type: 'notes.example/own', status: 'True' },
    ];
    await inTenant('patch', 'pod', 'web', '--subresource=status', '-p', JSON.stringify({ status: { conditions } }));
    await eventually(async () => {
      assert.equal(await inTenant('get', 'pod', 'web', '-o', conditionOf('Ready')), 'True');
    });
    assert.equal(await inTenant('get', 'pod', 'web', '-o', conditionOf('notes.example/own')), 'True');
    assert.equal(await onHost('get', 'pod', copyName, '-o', conditionOf('notes.example/own')), '');
    const off = { status: { conditions: [{ type: gate, status: 'False' }] } };
    await inTenant('patch', 'pod', 'web', '--subresource=status', '-p', JSON.stringify(off));
    await eventually(async () => {
      assert.equal(await inTenant('get', 'pod', 'web', '-o', conditionOf('Ready')), 'False');
    });
  });

  test('an ephemeral container starts beside the others, with what it names', async () => {
    await inTenant('create', 'secret', 'generic', 'words', '--from-literal=one=1');
    const patch = JSON.stringify({ spec: { ephemeralContainers: [shell] } });
    await inTenant('patch', 'pod', 'web', '--subresource=ephemeralcontainers', '-p', patch);
    await eventually(async () => {
      const path = '.spec.ephemeralContainers[0]';
      const text = await onHost(
        'get',
        'pod',
        copyName,
        '-o',
        `jsonpath={${path}.name} {${path}.env[?(@.name=="WORD")].valueFrom.secretKeyRef.name}`,
      );
      assert.equal(text, `shell words-x-${namespace}-x-demo`);
    });
    await eventually(async () => {
      assert.match(await onHost('get', 'secret', `words-x-${namespace}-x-demo`, '-o', 'name'), /words/);
    });
  });

  test('one that the host’s people add is not shown, and none of the tenant’s by its name', async () => {
    const operator = { ...shell, name: 'operator', image: 'operator:1', env: [] };
    const patch = JSON.stringify({ spec: { ephemeralContainers: [operator] } });
    await onHost('patch', 'pod', copyName, '--subresource=ephemeralcontainers', '-p', patch);
    const state = { running: { startedAt: '2030-01-01T00:00:00Z' } };
    const ephemeralContainerStatuses = ['shell', 'operator'].map((name) => ({
      name,
      image: name,
      imageID: '',
      ready: false,
      restartCount: 0,
      state,
    }));
    const status = JSON.stringify({ status: { ephemeralContainerStatuses } });
    const shown = 'jsonpath={.status.ephemeralContainerStatuses[*].name}';
    await onHost('patch', 'pod', copyName, '--subresource=status', '--type=merge', '-p', status);
    await eventually(async () => assert.equal(await inTenant('get', 'pod', 'web', '-o', shown), 'shell'));
    await inTenant('patch', 'pod', 'web', '--subresource=ephemeralcontainers', '-p', patch);
    await eventually(async () => {
      const events = await inTenant('events', '--for', 'pod/web');
      assert.match(events, /the host has ephemeral containers of its own that are called operator/);
    });
    assert.equal(await inTenant('get', 'pod', 'web', '-o', shown), 'shell');
  });

  test('a pod is resized in place', async () => {
    const resources = { requests: { cpu: '200m' }, limits: { memory: '128Mi' } };
    const patch = JSON.stringify({ spec: { containers: [{ name: 'web', resources }] } });
    const path = '.spec.containers[0].resources';
    const sizes = `jsonpath={${path}.requests.cpu} {${path}.requests.memory} {${path}.limits.memory}`;
    await inTenant('patch', 'pod', 'web', '--subresource=resize', '-p', patch);
    await eventually(async () => assert.equal(await onHost('get', 'pod', copyName, '-o', sizes), '200m 32Mi 128Mi'));
    const conditions = [
      { type: 'PodResizePending', status: 'True', reason: 'Deferred', message: `node has no room for ${copyName}` },
    ];
    await onHost('patch', 'pod', copyName, '--subresource=status', '-p', JSON.stringify({ status: { conditions } }));
    await eventually(async () => {
      const message = 'jsonpath={.status.conditions[?(@.type=="PodResizePending")].message}';
      assert.equal(await inTenant('get', 'pod', 'web', '-o', message), 'node has no room for web');
    });
    await assert.rejects(
      inTenant(
        'patch',
        'pod',
        'web',
        '--subresource=resize',
        '-p',
        JSON.stringify({
          spec: {
            containers: [{ name: 'web', resources: { requests: { cpu: '1', memory: '128Mi' }, limits: { cpu: '1' } } }],
          },
        }),
      ),
      /Pod QOS Class may not change/,
    );
  });

  test('what is taken off a copy by hand is put back, and it goes with its pod', async () => {
    const noted = 'jsonpath={.metadata.annotations}';
    await onHost(
      'annotate',
      'pod',
      copyName,
      'sublet.dev/carried-',
      'sublet.dev/sizes-',
      'sublet.dev/changeable-',
      'sublet.dev/keys-',
    );
    await eventually(async () => {
      const annotations = await onHost('get', 'pod', copyName, '-o', noted);
      assert.match(annotations, /sublet.dev\/sizes/);
      assert.match(annotations, /sublet.dev\/keys/);
    });
    await tenant()('delete', 'namespace', namespace);
    await eventually(async () => assert.equal(await onHost('get', 'pod', copyName, '--ignore-not-found'), ''));
  });
}
