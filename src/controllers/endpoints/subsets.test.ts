import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { asPod } from '../../controller/pod.ts';
import { asService } from '../endpointslice/service.ts';
import { addressesMax, endpointSubsets, truncateSubsets } from './subsets.ts';

function service(spec: JsonObject = {}) {
  return asService({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'a' },
    spec: {
      clusterIP: '10.0.0.1',
      selector: {},
      ports: [
        { name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' },
        { name: 'fixed', port: 81, targetPort: 9000, protocol: 'TCP' },
      ],
      ...spec,
    },
  });
}

function pod(name: string, ip: string, ready = true, port = 8080) {
  return asPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'a', uid: `u-${name}` },
    spec: { containers: [{ name: 'c', ports: [{ name: 'web', containerPort: port, protocol: 'TCP' }] }] },
    status: {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  });
}

function address(name: string, ip: string): JsonObject {
  return { ip, targetRef: { kind: 'Pod', namespace: 'a', name, uid: `u-${name}` } };
}

test('pods with the same ports share a subset, ready and not ready apart', () => {
  assert.deepEqual(endpointSubsets(service(), [pod('b', '10.1.0.2', false), pod('a', '10.1.0.1')]), [
    {
      addresses: [address('a', '10.1.0.1')],
      notReadyAddresses: [address('b', '10.1.0.2')],
      ports: [
        { name: 'fixed', port: 9000, protocol: 'TCP' },
        { name: 'http', port: 8080, protocol: 'TCP' },
      ],
    },
  ]);
});

test('a port that leads elsewhere in some pods makes subsets of its own; the common port has all addresses', () => {
  const subsets = endpointSubsets(service(), [pod('a', '10.1.0.1', true, 1), pod('b', '10.1.0.2', true, 2)]);
  const summary = subsets.map((subset) => [
    (subset['addresses'] as JsonObject[]).map(({ ip }) => ip),
    (subset['ports'] as JsonObject[]).map(({ port }) => port),
  ]);
  assert.deepEqual(summary, [
    [['10.1.0.1', '10.1.0.2'], [9000]],
    [['10.1.0.1'], [1]],
    [['10.1.0.2'], [2]],
  ]);
});

test('the order of pods changes nothing', () => {
  const pods = [pod('a', '10.1.0.1'), pod('b', '10.1.0.2', false), pod('c', '10.1.0.3', true, 5)];
  assert.deepEqual(endpointSubsets(service(), pods), endpointSubsets(service(), pods.toReversed()));
});

test('a headless Service needs no ports; another one without ports has no endpoints', () => {
  assert.deepEqual(endpointSubsets(service({ clusterIP: 'None', ports: [] }), [pod('a', '10.1.0.1')]), [
    { addresses: [address('a', '10.1.0.1')] },
  ]);
  assert.deepEqual(endpointSubsets(service({ ports: [] }), [pod('a', '10.1.0.1')]), []);
});

test('published though not ready', () => {
  const subsets = endpointSubsets(service({ publishNotReadyAddresses: true }), [pod('a', '10.1.0.1', false)]);
  assert.deepEqual(subsets[0]?.['addresses'], [address('a', '10.1.0.1')]);
});

test('more addresses than the limit: ready ones stay before others', () => {
  const many = (count: number, prefix: string): JsonObject[] =>
    Array.from({ length: count }, (_, index) => ({ ip: `${prefix}${index}` }));
  const count = (subsets: readonly JsonObject[], field: string): number =>
    subsets.reduce((sum, subset) => sum + ((subset[field] as JsonObject[] | undefined)?.length ?? 0), 0);
  const some = truncateSubsets([{ addresses: many(900, 'r'), notReadyAddresses: many(300, 'n') }]);
  assert.deepEqual(
    [some.truncated, count(some.subsets, 'addresses'), count(some.subsets, 'notReadyAddresses')],
    [true, 900, 100],
  );
  const ready = truncateSubsets([
    { addresses: many(800, 'a') },
    { addresses: many(800, 'b'), notReadyAddresses: many(10, 'n') },
  ]);
  assert.deepEqual(
    [ready.truncated, count(ready.subsets, 'addresses'), count(ready.subsets, 'notReadyAddresses')],
    [true, addressesMax, 0],
  );
  const few = [{ addresses: many(3, 'a') }];
  assert.deepEqual(truncateSubsets(few), { subsets: few, truncated: false });
});
