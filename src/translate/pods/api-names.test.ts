import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { nameApi } from './api-names.ts';
import type { PodSpec } from './pod-view.ts';

function aliases(namespace: string, fields: JsonObject = {}, clusterIP = '10.96.0.1'): JsonValue | undefined {
  const spec: PodSpec = { containers: [], ...fields };
  const metadata = { name: 'kubernetes', namespace: 'default' };
  const api: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP } };
  nameApi(spec, namespace, api, 'a.example');
  return spec['hostAliases'];
}

const names = ['kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.a.example'];

test('the API is found by its names', () => {
  assert.deepEqual(aliases('one'), [{ ip: '10.96.0.1', hostnames: names }]);
});

test('in its own namespace it is found by its short one, too', () => {
  assert.deepEqual(aliases('default'), [{ ip: '10.96.0.1', hostnames: ['kubernetes', ...names] }]);
});

test('what the pod has there itself comes first, and is what counts', () => {
  const own = { ip: '192.0.2.1', hostnames: ['kubernetes.default'] };
  assert.deepEqual(aliases('one', { hostAliases: [own] }), [own, { ip: '10.96.0.1', hostnames: names }]);
});

test('an API without an address has no names', () => assert.equal(aliases('one', {}, 'None'), undefined));
