/** Values of a wrong type or out of range. */
import { each, one, post, type Family, type Json } from '../case.ts';

const pods = '/api/v1/namespaces/{ns}/pods';
const deployments = '/apis/apps/v1/namespaces/{ns}/deployments';
const container = { name: 'c', image: 'i' };
const pod = (spec: { readonly [key: string]: Json }): Json => ({
  metadata: { name: 'p' },
  spec: { containers: [container], ...spec },
});
const ofContainer = (fields: { readonly [key: string]: Json }): Json =>
  pod({ containers: [{ ...container, ...fields }] });
const podBody = (text: string): string =>
  `{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}],${text}}}`;
const deployment = (spec: string): string =>
  `{"metadata":{"name":"d"},"spec":{${spec},"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}`;

export const fieldTypes: Family = {
  name: 'field types',
  cases: [
    ...each(
      'a Pod with',
      {
        'metadata as a string': { metadata: 'x' },
        'metadata as an array': { metadata: [] },
        'metadata null': { metadata: null },
        'a name as a number': { metadata: { name: 5 } },
        'a name as an object': { metadata: { name: {} } },
        'labels as an array': { metadata: { name: 'p', labels: [] } },
        'a label as a number': { metadata: { name: 'p', labels: { a: 1 } } },
        'a label as null': { metadata: { name: 'p', labels: { a: null } }, spec: { containers: [container] } },
        'a label as an object': { metadata: { name: 'p', labels: { a: {} } } },
        'labels as a string': { metadata: { name: 'p', labels: 'a=b' } },
        'finalizers as a string': { metadata: { name: 'p', finalizers: 'a/b' } },
        'an owner reference as a string': { metadata: { name: 'p', ownerReferences: ['x'] } },
        'a bad creation timestamp': { metadata: { name: 'p', creationTimestamp: 'yesterday' } },
        'a creation timestamp as a number': { metadata: { name: 'p', creationTimestamp: 5 } },
        'a spec as a string': { metadata: { name: 'p' }, spec: 'x' },
        'a spec as an array': { metadata: { name: 'p' }, spec: [] },
        'a spec null': { metadata: { name: 'p' }, spec: null },
        'containers as an object': { metadata: { name: 'p' }, spec: { containers: {} } },
        'containers as a string': { metadata: { name: 'p' }, spec: { containers: 'x' } },
        'a container as a string': { metadata: { name: 'p' }, spec: { containers: ['x'] } },
        'a container null': { metadata: { name: 'p' }, spec: { containers: [null] } },
        'an image as a number': ofContainer({ image: 5 }),
        'a command as a string': ofContainer({ command: 'run' }),
        'an argument as a number': ofContainer({ args: ['a', 5] }),
        'an environment value as a number': ofContainer({ env: [{ name: 'A', value: 5 }] }),
        'an environment value as a boolean': ofContainer({ env: [{ name: 'A', value: true }] }),
        'a port as a string': ofContainer({ ports: [{ containerPort: '80' }] }),
        'a port as a float': ofContainer({ ports: [{ containerPort: 80.5 }] }),
        'a port beyond int32': ofContainer({ ports: [{ containerPort: 4294967296 }] }),
        'a probe port as a boolean': ofContainer({ livenessProbe: { httpGet: { port: true } } }),
        'a probe port as an object': ofContainer({ livenessProbe: { httpGet: { port: {} } } }),
        'a probe port as a float': ofContainer({ livenessProbe: { httpGet: { port: 1.5 } } }),
        'a quantity that is none': ofContainer({ resources: { requests: { cpu: 'lots' } } }),
        'an empty quantity': ofContainer({ resources: { requests: { cpu: '' } } }),
        'a quantity with a bad suffix': ofContainer({ resources: { requests: { memory: '1Qi' } } }),
        'a quantity with a space': ofContainer({ resources: { requests: { memory: '1 Gi' } } }),
        'a quantity as a boolean': ofContainer({ resources: { requests: { memory: true } } }),
        'a quantity as an object': ofContainer({ resources: { requests: { memory: {} } } }),
        'a quantity null': ofContainer({ resources: { requests: { memory: null } } }),
        'a quantity as a number': ofContainer({ resources: { requests: { cpu: 1.5 } } }),
        'hostNetwork as a string': pod({ hostNetwork: 'true' }),
        'hostNetwork as a number': pod({ hostNetwork: 1 }),
        'a grace period as a string': pod({ terminationGracePeriodSeconds: '30' }),
        'a grace period as a float': pod({ terminationGracePeriodSeconds: 1.5 }),
        'a node selector as an array': pod({ nodeSelector: ['a'] }),
        'a node selector with a number': pod({ nodeSelector: { a: 1 } }),
        'volumes as an object': pod({ volumes: {} }),
        'tolerations null': pod({ tolerations: null }),
        'a status as a string': { metadata: { name: 'p' }, spec: { containers: [container] }, status: 'x' },
        'a kind as a number': { kind: 5, metadata: { name: 'p' } },
        'an apiVersion as a number': { apiVersion: 1, metadata: { name: 'p' } },
        'an apiVersion as an object': { apiVersion: {}, metadata: { name: 'p' } },
        'a kind null': { kind: null, apiVersion: null, metadata: { name: 'p' }, spec: { containers: [container] } },
      },
      (body) => post(pods, body),
    ),
    ...each(
      'a number in a Pod',
      {
        'beyond int64': podBody('"activeDeadlineSeconds":9223372036854775808'),
        'largest int64': podBody('"activeDeadlineSeconds":9223372036854775807'),
        'with an exponent': podBody('"activeDeadlineSeconds":1e3'),
        'with a huge exponent': podBody('"activeDeadlineSeconds":1e400'),
        'whole but with a fraction': podBody('"activeDeadlineSeconds":10.0'),
        'negative zero': podBody('"activeDeadlineSeconds":-0'),
        'int32 too small': podBody('"priority":-2147483649'),
      },
      (body) => post(pods, body),
    ),
    ...each(
      'a Deployment with',
      {
        'replicas as a string': deployment('"replicas":"3"'),
        'replicas as a float': deployment('"replicas":1.5'),
        'replicas as an array': deployment('"replicas":[1]'),
        'replicas null': deployment('"replicas":null'),
        'replicas beyond int32': deployment('"replicas":2147483648'),
        'replicas beyond int64': deployment('"replicas":99999999999999999999'),
        'replicas as a boolean': deployment('"replicas":true'),
        'maxSurge as a boolean': deployment('"strategy":{"rollingUpdate":{"maxSurge":true}}'),
        'maxSurge as no percentage': deployment('"strategy":{"rollingUpdate":{"maxSurge":"many"}}'),
        'a strategy as a string': deployment('"strategy":"Recreate"'),
        'paused as a string': deployment('"paused":"yes"'),
      },
      (body) => post(deployments, body),
    ),
    ...each(
      'a Secret with',
      {
        'data that is not base64': { data: { k: 'not base64!' } },
        'data with bad padding': { data: { k: 'YQ=' } },
        'data as a number': { data: { k: 5 } },
        'data as an array of bytes': { data: { k: [1, 2] } },
        'data null': { data: { k: null } },
        'data with line breaks': { data: { k: 'aGVs\nbG8=' } },
        'data in the URL alphabet': { data: { k: '_-8=' } },
        'stringData as a number': { stringData: { k: 5 } },
        'a type as a number': { type: 5 },
      },
      (fields) => post('/api/v1/namespaces/{ns}/secrets', { metadata: { name: 's' }, ...fields }),
    ),
    one(
      'a Lease with a bad micro time',
      post('/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', {
        metadata: { name: 'l' },
        spec: { renewTime: 'now' },
      }),
    ),
    one(
      'a Lease with a time without fraction',
      post('/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', {
        metadata: { name: 'l' },
        spec: { renewTime: '2026-01-01T00:00:00Z' },
      }),
    ),
    one(
      'a Service with a target port as a float',
      post('/api/v1/namespaces/{ns}/services', {
        metadata: { name: 's' },
        spec: { ports: [{ port: 80, targetPort: 1.5 }] },
      }),
    ),
    one(
      'a Service with ports as an object',
      post('/api/v1/namespaces/{ns}/services', { metadata: { name: 's' }, spec: { ports: { port: 80 } } }),
    ),
    one(
      'a ConfigMap with data as an array',
      post('/api/v1/namespaces/{ns}/configmaps', { metadata: { name: 'c' }, data: ['a'] }),
    ),
    one(
      'a ConfigMap with an object in its data',
      post('/api/v1/namespaces/{ns}/configmaps', { metadata: { name: 'c' }, data: { a: { b: 'c' } } }),
    ),
    one(
      'a ConfigMap with immutable as a string',
      post('/api/v1/namespaces/{ns}/configmaps', { metadata: { name: 'c' }, immutable: 'true' }),
    ),
  ],
};
