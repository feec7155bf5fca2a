import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonValue } from '../api/json.ts';
import { builtinSchema } from './builtin/catalog.ts';
import { DecodeError, decodeObject } from './decode.ts';

const deployment = builtinSchema('io.k8s.api.apps.v1.Deployment');
const pod = builtinSchema('io.k8s.api.core.v1.Pod');
const secret = builtinSchema('io.k8s.api.core.v1.Secret');
const configMap = builtinSchema('io.k8s.api.core.v1.ConfigMap');

describe('what does not fit is refused in upstream’s words', () => {
  const container = (fields: Record<string, JsonValue>): JsonValue => ({
    spec: { containers: [{ name: 'a', ...fields }] },
  });
  const cases: readonly [string, typeof pod, JsonValue, string][] = [
    [
      'a string for an int32',
      deployment,
      { spec: { replicas: 'three' } },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'a fraction for an int32',
      deployment,
      { spec: { replicas: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'an int32 out of range',
      deployment,
      { spec: { replicas: 5000000000 } },
      'json: cannot unmarshal number 5000000000 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'an int64 that a number cannot hold, of a patch',
      pod,
      { spec: { activeDeadlineSeconds: 9007199254740993n } },
      'json: cannot unmarshal number 9007199254740993 into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64',
    ],
    [
      'an array for a struct',
      deployment,
      { spec: [] },
      'json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec',
    ],
    [
      'a number for a label',
      pod,
      { metadata: { labels: { a: 1 } } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      'a string for a map',
      pod,
      { metadata: { labels: 'a' } },
      'json: cannot unmarshal string into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    ],
    [
      'a string in a list of structs',
      pod,
      { spec: { containers: ['a'] } },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container',
    ],
    [
      'a field of a list element',
      pod,
      container({ image: true }),
      'json: cannot unmarshal bool into Go struct field Container.spec.containers.image of type string',
    ],
    [
      'a named string',
      pod,
      container({ imagePullPolicy: 3 }),
      'json: cannot unmarshal number into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy',
    ],
    [
      'a field of an inlined struct',
      pod,
      { spec: { volumes: [{ name: 'v', emptyDir: 'x' }] } },
      'json: cannot unmarshal string into Go struct field Volume.spec.volumes.VolumeSource.emptyDir of type v1.EmptyDirVolumeSource',
    ],
    [
      'a boolean for an int-or-string',
      pod,
      container({ livenessProbe: { httpGet: { port: true } } }),
      'json: cannot unmarshal bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32',
    ],
    ['no object at all', pod, ['a'], 'json: cannot unmarshal array into Go value of type v1.Pod'],
    [
      'the first of two mistakes',
      deployment,
      { spec: { replicas: 'a', paused: 'b' } },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'a quantity that is none',
      pod,
      container({ resources: { limits: { cpu: 'lots' } } }),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      'a quantity with an unknown suffix',
      pod,
      container({ resources: { limits: { cpu: '1mm' } } }),
      "unable to parse quantity's suffix",
    ],
    ['base64 that is none', secret, { data: { a: 'a$==' } }, 'illegal base64 data at input byte 1'],
    ['base64 without its padding', secret, { data: { a: 'YQ=' } }, 'illegal base64 data at input byte 3'],
    ['base64 that ends early', secret, { data: { a: 'YWJjZA' } }, 'illegal base64 data at input byte 4'],
    ['base64 with something behind it', secret, { data: { a: 'YQ==YQ==' } }, 'illegal base64 data at input byte 4'],
    [
      'a byte that is none',
      secret,
      { data: { a: [1, 256] } },
      'json: cannot unmarshal number 256 into Go struct field Secret.data of type uint8',
    ],
    [
      'an array for a map of bytes',
      secret,
      { data: [] },
      'json: cannot unmarshal array into Go struct field Secret.data of type map[string][]uint8',
    ],
    [
      'a time that is none',
      pod,
      { metadata: { creationTimestamp: 'now' } },
      'parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"',
    ],
    [
      'a time of the wrong type',
      pod,
      { metadata: { creationTimestamp: 5 } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string',
    ],
    [
      'a type’s own error stands before an earlier mismatch',
      pod,
      { metadata: { name: 1, creationTimestamp: 'now' } },
      'parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"',
    ],
  ];
  for (const [name, schema, value, message] of cases) {
    test(name, () => {
      assert.throws(
        () => decodeObject(schema, value),
        (error) => (error instanceof DecodeError && error.message === message) || assert.fail(String(error)),
      );
    });
  }
});

test('unknown fields are dropped, and reported with their path', () => {
  const { object, strictErrors } = decodeObject(pod, {
    metadata: { labels: { anything: 'goes' }, Name: 'case matters' },
    spec: { foo: 1, containers: [{ name: 'a', ports: [{ containerPort: 80, nope: {} }] }] },
    extra: true,
  });
  assert.deepEqual(strictErrors, [
    'unknown field "metadata.Name"',
    'unknown field "spec.foo"',
    'unknown field "spec.containers[0].ports[0].nope"',
    'unknown field "extra"',
  ]);
  assert.equal(JSON.stringify(object).includes('nope'), false);
});

test('no more unknown fields are remembered than upstream does', () => {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`unknown${index}`, 1]));
  assert.equal(decodeObject(pod, many).strictErrors.length, 100);
});

describe('what is kept is what upstream would store', () => {
  const cases: readonly [string, typeof pod, JsonValue, JsonValue][] = [
    [
      'empty and null disappear where they may',
      configMap,
      { metadata: { name: 'a', labels: {}, finalizers: [] }, data: null, immutable: false },
      { metadata: { name: 'a' }, immutable: false },
    ],
    [
      'structs appear though nobody wrote them',
      deployment,
      { kind: 'Deployment', apiVersion: 'apps/v1' },
      {
        kind: 'Deployment',
        apiVersion: 'apps/v1',
        metadata: {},
        spec: { selector: null, template: { metadata: {}, spec: { containers: null } }, strategy: {} },
        status: {},
      },
    ],
    [
      'a null in a map of strings is an empty string',
      configMap,
      { data: { a: null } },
      { metadata: {}, data: { a: '' } },
    ],
    [
      'a pointer keeps its empty struct',
      pod,
      { spec: { containers: [{ name: 'a', securityContext: {} }] } },
      { metadata: {}, spec: { containers: [{ name: 'a', resources: {}, securityContext: {} }] }, status: {} },
    ],
    [
      'quantities have one form',
      pod,
      { spec: { containers: [{ name: 'a', resources: { limits: { cpu: '0.5', memory: 1024, disk: '1024Mi' } } }] } },
      {
        metadata: {},
        spec: { containers: [{ name: 'a', resources: { limits: { cpu: '500m', disk: '1Gi', memory: '1024' } } }] },
        status: {},
      },
    ],
    [
      'times are in UTC and whole seconds',
      configMap,
      { metadata: { creationTimestamp: '2026-01-01T01:30:00.5+01:00' } },
      { metadata: { creationTimestamp: '2026-01-01T00:30:00Z' } },
    ],
    ['null for bytes is empty', secret, { data: { a: null } }, { metadata: {}, data: { a: '' } }],
    ['bytes as numbers', secret, { data: { a: [97, 98, 99] } }, { metadata: {}, data: { a: 'YWJj' } }],
    ['base64 without line ends', secret, { data: { a: 'YW\nJj' } }, { metadata: {}, data: { a: 'YWJj' } }],
    [
      'a key that is a trap',
      configMap,
      { data: JSON.parse('{"__proto__":"x"}') as JsonValue },
      { metadata: {}, data: JSON.parse('{"__proto__":"x"}') as JsonValue },
    ],
  ];
  for (const [name, schema, value, expected] of cases) {
    test(name, () => {
      const { object } = decodeObject(schema, value);
      assert.deepEqual(object, expected);
      assert.deepEqual(decodeObject(schema, object).object, object, 'decoding again changes nothing');
    });
  }
});

test('fields come in Go’s order, map keys sorted', () => {
  const { object } = decodeObject(configMap, {
    data: { b: '1', a: '2' },
    metadata: { namespace: 'x', name: 'y' },
    apiVersion: 'v1',
    kind: 'ConfigMap',
  });
  assert.equal(
    JSON.stringify(object),
    '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"y","namespace":"x"},"data":{"a":"2","b":"1"}}',
  );
});

test('schemas of CRDs: what is a schema or a list is decoded inside, without being strict', () => {
  const crd = builtinSchema('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps');
  const { object, strictErrors } = decodeObject(crd, {
    type: 'array',
    items: { type: 'string', foo: 1 },
    additionalProperties: false,
    default: { any: [1] },
    enum: [1, 'a'],
  });
  assert.deepEqual(object, {
    type: 'array',
    default: { any: [1] },
    enum: [1, 'a'],
    items: { type: 'string' },
    additionalProperties: false,
  });
  assert.deepEqual(strictErrors, []);
  assert.throws(() => decodeObject(crd, { additionalProperties: 3 }), /^DecodeError: boolean or JSON schema expected$/);
  let deep: JsonValue = { type: 'string' };
  for (let level = 0; level < 5000; level++) deep = { items: deep };
  assert.throws(() => decodeObject(crd, deep), /^DecodeError: exceeded max depth$/);
});
