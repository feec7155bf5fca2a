import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { builtinSchema } from './builtin/catalog.ts';
import { applyDefaults } from './default.ts';

const pod = builtinSchema('io.k8s.api.core.v1.Pod');
const gvk = { group: '', version: 'v1', kind: 'Pod' };

test('defaults of fields are filled in, however deep', () => {
  const object: JsonObject = {
    spec: { containers: [{ name: 'a', ports: [{ containerPort: 1 }, { containerPort: 1, protocol: 'UDP' }] }] },
  };
  applyDefaults(pod, object, { gvk }, {});
  assert.deepEqual(object, {
    spec: {
      containers: [
        {
          name: 'a',
          ports: [
            { containerPort: 1, protocol: 'TCP' },
            { containerPort: 1, protocol: 'UDP' },
          ],
        },
      ],
    },
  });
});

test('code of a type runs before that of the types inside, and sees the kind of the whole', () => {
  const order: string[] = [];
  const note = (name: string) => (_: JsonObject, context: { gvk: { kind: string } }) =>
    void order.push(`${name} in ${context.gvk.kind}`);
  const object: JsonObject = { spec: { containers: [{ resources: { limits: { cpu: '1' } } }, {}] } };
  applyDefaults(
    pod,
    object,
    { gvk },
    {
      'io.k8s.api.core.v1.Container': note('Container'),
      'io.k8s.api.core.v1.PodSpec': note('PodSpec'),
      'io.k8s.api.core.v1.Pod': note('Pod'),
      'io.k8s.api.core.v1.ResourceList': note('ResourceList'),
    },
  );
  assert.deepEqual(order, [
    'Pod in Pod',
    'PodSpec in Pod',
    'Container in Pod',
    'ResourceList in Pod',
    'Container in Pod',
  ]);
});

test('what a type’s code adds is defaulted too', () => {
  const object: JsonObject = { spec: {} };
  applyDefaults(
    pod,
    object,
    { gvk },
    {
      'io.k8s.api.core.v1.PodSpec': (spec) => {
        spec['containers'] = [{ ports: [{ containerPort: 1 }] }];
      },
    },
  );
  assert.deepEqual(object, { spec: { containers: [{ ports: [{ containerPort: 1, protocol: 'TCP' }] }] } });
});

test('a default that would not be written is none', () => {
  const object: JsonObject = { spec: { template: { spec: {} } } };
  const schema = builtinSchema('io.k8s.api.core.v1.ReplicationController');
  applyDefaults(schema, object, { gvk: { ...gvk, kind: 'ReplicationController' } }, {});
  assert.deepEqual(object, { spec: { replicas: 1, template: { spec: {} } } });
});
