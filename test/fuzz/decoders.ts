/** Everything that reads what a stranger wrote, with good inputs to start from, and the errors that each may throw. */
import { encodeContinue, decodeContinue } from '../../src/apiserver/registry/continue-token.ts';
import { readToken } from '../../src/apiserver/authn/json-web-token.ts';
import { parseAccept } from '../../src/apiserver/negotiation/accept.ts';
import { RequestInfoError, requestInfoOf } from '../../src/apiserver/request-info.ts';
import { listOptions } from '../../src/apiserver/verbs/query-options.ts';
import { decodeJson, decodeCustomJson, DecodeError as JsonDecodeError } from '../../src/api/codec/json.ts';
import { createProtobufCodec } from '../../src/api/codec/protobuf.ts';
import { ProtobufError } from '../../src/api/codec/protobuf-error.ts';
import { decodeYaml } from '../../src/api/codec/yaml.ts';
import { parseGoDuration } from '../../src/api/duration.ts';
import { parseFieldSelector } from '../../src/api/field-selector.ts';
import type { JsonObject } from '../../src/api/json.ts';
import { SelectorError } from '../../src/api/label-requirement.ts';
import { parseLabelSelector } from '../../src/api/label-selector-parser.ts';
import { canonicalQuantity, parseQuantity, QuantityError } from '../../src/api/quantity.ts';
import { StatusError } from '../../src/api/status.ts';
import { applyJsonPatch, decodeJsonPatch } from '../../src/patch/json-patch.ts';
import { applyMergePatch } from '../../src/patch/merge-patch.ts';
import { decodeMergePatch, decodeStrategicMergePatch } from '../../src/patch/patch-body.ts';
import { MergeError } from '../../src/patch/strategic-merge/merge-error.ts';
import { applyStrategicMergePatch } from '../../src/patch/strategic-merge/strategic-merge.ts';
import { schemaForKind } from '../../src/schema/builtin/catalog.ts';
import { protobufTable } from '../../src/schema/builtin/protobuf.ts';
import { DecodeError, decodeObject } from '../../src/schema/decode.ts';
import { inputText, jsonInputs, textInputs, type Decoder } from './decoder.ts';
import { extensionDecoders } from './extension-decoders.ts';

const pod: JsonObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', labels: { app: 'web', tier: 'front' }, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {
    containers: [
      {
        name: 'c',
        image: 'i:1',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        resources: { limits: { cpu: '100m' } },
      },
      { name: 'd', image: 'j', env: [{ name: 'A', value: '1' }], args: ['x', 'y'] },
    ],
    tolerations: [{ key: 'k', operator: 'Exists' }],
  },
};
const podYaml = `# a pod
apiVersion: v1
kind: Pod
metadata: {name: a, labels: &labels {app: web}}
spec:
  containers:
  - name: c
    command: ["sh", '-c']
    args:
    - |
      echo "a"
    env: [{name: A, value: 0x1F}, {name: B, value: yes}]
  x: !!binary aGFsbG8=
  y: {<<: *labels, z: 1.5e3}
---
second: document
`;
const patches = [
  [
    { op: 'add', path: '/spec/containers/-', value: { name: 'e' } },
    { op: 'test', path: '/metadata/name', value: 'a' },
    { op: 'move', from: '/metadata/labels/app', path: '/metadata/labels/b' },
    { op: 'copy', from: '/spec/containers/0', path: '/spec/containers/1' },
    { op: 'remove', path: '/spec/tolerations/0/key' },
  ],
];
const strategicPatches: readonly JsonObject[] = [
  {
    spec: {
      containers: [
        { name: 'c', $patch: 'delete' },
        { name: 'f', image: 'k' },
      ],
      '$setElementOrder/containers': [{ name: 'f' }, { name: 'd' }],
      tolerations: [{ $patch: 'replace' }, { key: 'z' }],
    },
    metadata: {
      finalizers: ['a'],
      '$deleteFromPrimitiveList/finalizers': ['b'],
      labels: { $retainKeys: ['app'], app: 'x' },
    },
  },
];

const codec = createProtobufCodec(protobufTable);
const podSchema = schemaForKind({ group: '', version: 'v1', kind: 'Pod' });
if (!podSchema) throw new Error('there are no pods');
const schema = podSchema;

export const decoders: readonly Decoder[] = [
  { name: 'JSON', inputs: jsonInputs(pod, patches), errors: [JsonDecodeError], decode: decodeJson },
  { name: 'JSON of custom resources', inputs: jsonInputs(pod), errors: [JsonDecodeError], decode: decodeCustomJson },
  { name: 'YAML', inputs: [Buffer.from(podYaml), ...jsonInputs(pod)], errors: [JsonDecodeError], decode: decodeYaml },
  {
    name: 'protobuf',
    inputs: [codec.encode(pod)],
    errors: [ProtobufError],
    decode: (input) => codec.decode(input),
  },
  {
    name: 'frames of protobuf',
    inputs: [codec.encodeWatchEvent('ADDED', codec.encode(pod)).subarray(4)],
    errors: [ProtobufError],
    decode: (input) => codec.decodeWatchEvent(input),
  },
  {
    name: 'typed objects',
    inputs: jsonInputs(pod),
    errors: [JsonDecodeError, DecodeError],
    decode: (input) => decodeObject(schema, decodeJson(input)).object,
  },
  {
    name: 'JSON patches',
    inputs: jsonInputs(...patches),
    errors: [StatusError],
    decode: (input) => applyJsonPatch(structuredClone(pod), decodeJsonPatch(input, true).patch),
  },
  {
    name: 'merge patches',
    inputs: jsonInputs({ metadata: { labels: { app: null, b: 'c' } }, spec: null }),
    errors: [StatusError],
    decode: (input) => applyMergePatch(structuredClone(pod), decodeMergePatch(input, true).patch),
  },
  {
    name: 'strategic merge patches',
    inputs: jsonInputs(...strategicPatches),
    errors: [StatusError, MergeError],
    decode: (input) =>
      applyStrategicMergePatch(structuredClone(pod), decodeStrategicMergePatch(input, true).patch, schema),
  },
  {
    name: 'label selectors',
    inputs: textInputs('a=b,c!=d', 'x in (a,b,c),y notin (d)', '!gone,there,n>5,m<3', 'example.com/a==b'),
    errors: [SelectorError],
    decode: (input) => parseLabelSelector(inputText(input)),
  },
  {
    name: 'field selectors',
    inputs: textInputs('metadata.name=a,spec.nodeName!=b', 'status.phase==Running', String.raw`a=b\,c`),
    errors: [Error],
    decode: (input) => parseFieldSelector(inputText(input)),
  },
  {
    name: 'list options',
    inputs: textInputs(
      'labelSelector=a%3Db&limit=500&resourceVersion=12&resourceVersionMatch=NotOlderThan',
      'fieldSelector=metadata.name%3Da&timeoutSeconds=30&watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    ),
    errors: [StatusError],
    decode: (input) => listOptions(new URLSearchParams(inputText(input)), false),
  },
  {
    name: 'continue tokens',
    inputs: textInputs(encodeContinue({ revision: 12, after: '/registry/pods/a/b' }, '/registry/pods/')),
    errors: [StatusError],
    decode: (input) => decodeContinue(inputText(input), '/registry/pods/'),
  },
  {
    name: 'quantities',
    inputs: textInputs('100m', '1.5Gi', '-12e6', '0.000001', '9223372036854775807', '1Ei'),
    errors: [QuantityError],
    decode: (input) => [parseQuantity(inputText(input)), canonicalQuantity(inputText(input))],
  },
  {
    name: 'durations',
    inputs: textInputs('1h30m', '-1.5s', '100ms'),
    errors: [],
    decode: (input) => parseGoDuration(inputText(input)),
  },
  {
    name: 'paths of requests',
    inputs: textInputs(
      '/api/v1/namespaces/a/pods/b/log',
      '/apis/apps/v1/watch/deployments',
      '/api/v1/proxy/nodes/a%2Fb',
    ),
    errors: [RequestInfoError],
    decode: (input) => requestInfoOf({ method: 'GET', path: `/${inputText(input)}`, query: inputText(input) }),
  },
  {
    name: 'Accept headers',
    inputs: textInputs('application/json;as=Table;v=v1;g=meta.k8s.io,application/vnd.kubernetes.protobuf;q=0.9, */*'),
    errors: [],
    decode: (input) => parseAccept(inputText(input)),
  },
  {
    name: 'bearer tokens',
    inputs: textInputs('eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOiJiIiwiYXVkIjpbImMiXSwiZXhwIjoxMjN9.AAAA'),
    errors: [],
    decode: (input) => readToken(inputText(input)),
  },
  ...extensionDecoders,
];
