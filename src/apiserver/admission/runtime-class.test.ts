import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrapCluster } from '../registry/bootstrap.ts';
import { builtinResourceDefinitions } from '../registry/resources/builtin-resources.ts';
import { TestApi } from '../verbs/api.test-double.ts';
import { createClusterReader } from './cluster-reader.ts';
import { runtimeClassAdmission } from './runtime-class.ts';

const pods = '/api/v1/namespaces/default/pods';

async function cluster(): Promise<TestApi> {
  const api: TestApi = new TestApi({
    definitions: builtinResourceDefinitions,
    plugins: ({ store, resources }) => [runtimeClassAdmission(createClusterReader(store, resources))],
  });
  await bootstrapCluster(api);
  for (const [name, rest] of Object.entries({
    plain: {},
    heavy: {
      overhead: { podFixed: { cpu: '250m', memory: '1Gi' } },
      scheduling: {
        nodeSelector: { runtime: 'heavy' },
        tolerations: [{ key: 'heavy', operator: 'Exists' }],
      },
    },
  })) {
    const runtimeClass = {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name },
      handler: name,
      ...rest,
    };
    await api.post('/apis/node.k8s.io/v1/runtimeclasses', runtimeClass);
  }
  return api;
}

const pod = (spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});

const refused: readonly (readonly [name: string, spec: object, message: string])[] = [
  ['a class that is not there', { runtimeClassName: 'none' }, 'pod rejected: RuntimeClass "none" not found'],
  [
    'an overhead without a class',
    { overhead: { cpu: '1' } },
    'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
  ],
  [
    'an overhead that its class has not',
    { runtimeClassName: 'plain', overhead: { cpu: '1' } },
    'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
  ],
  [
    'an overhead that is not its class’s',
    { runtimeClassName: 'heavy', overhead: { cpu: '1' } },
    "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
  ],
  [
    'a node selector that contradicts its class',
    { runtimeClassName: 'heavy', nodeSelector: { runtime: 'light' } },
    'conflict: runtimeClass.scheduling.nodeSelector[runtime] = heavy; pod.spec.nodeSelector[runtime] = light',
  ],
];

test('a pod is refused', async (t) => {
  const api = await cluster();
  for (const [name, spec, message] of refused) {
    await t.test(`with ${name}`, async () => {
      const { body } = await api.post(pods, pod(spec));
      assert.deepEqual([body.code, body.message], [403, `pods "p" is forbidden: ${message}`]);
    });
  }
});

test('a pod gets what its class says: overhead, nodes, tolerations, those that are covered left out', async () => {
  const api = await cluster();
  const { status, body } = await api.post(
    pods,
    pod({
      runtimeClassName: 'heavy',
      nodeSelector: { disk: 'fast' },
      overhead: { cpu: '0.25', memory: '1073741824' },
      tolerations: [
        { key: 'heavy', operator: 'Equal', value: 'x', effect: 'NoSchedule' },
        { key: 'other', operator: 'Exists' },
      ],
    }),
  );
  assert.equal(status, 201);
  const { overhead, nodeSelector, tolerations } = body.spec;
  assert.deepEqual(overhead, { cpu: '250m', memory: '1Gi' });
  assert.deepEqual(nodeSelector, { disk: 'fast', runtime: 'heavy' });
  assert.deepEqual(tolerations, [
    { key: 'other', operator: 'Exists' },
    { key: 'heavy', operator: 'Exists' },
  ]);
});

test('a pod of a class that says nothing stays as it is', async () => {
  const api = await cluster();
  const { status, body } = await api.post(pods, pod({ runtimeClassName: 'plain' }));
  assert.equal(status, 201);
  assert.deepEqual([body.spec.overhead, body.spec.nodeSelector], [undefined, undefined]);
});
