/** What definitions, policies and managers bring along: schemas, expressions, paths, patterns and sets of fields. */
import { definitionOf } from '../../src/apiserver/crd/definition.ts';
import { AnswerError, readReview } from '../../src/apiserver/admission/webhook/admission-review.ts';
import { applyConfiguration, applyPatch } from '../../src/apiserver/admission/policy/object-patch.ts';
import { PatchError } from '../../src/apiserver/admission/policy/patch-value.ts';
import { validateDefinition } from '../../src/apiserver/crd/definition-validation.ts';
import { JsonPathError, parseJsonPath } from '../../src/apiserver/crd/json-path-parser.ts';
import { decodeManagedFields, ManagedFieldsError } from '../../src/apiserver/registry/managed-fields/entry.ts';
import { decodeJson, DecodeError as JsonDecodeError } from '../../src/api/codec/json.ts';
import type { JsonObject } from '../../src/api/json.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { StatusError } from '../../src/api/status.ts';
import { schemaForKind } from '../../src/schema/builtin/catalog.ts';
import { AdmissionEvaluation, policyCostMax } from '../../src/schema/cel/admission/admission-evaluation.ts';
import { ExpressionCompiler } from '../../src/schema/cel/admission/expression-compiler.ts';
import { dynType } from '../../src/schema/cel/cel-type.ts';
import { createEnvironment, kubernetesLibraries } from '../../src/schema/cel/environment.ts';
import { dynValue } from '../../src/schema/cel/json-value.ts';
import { callCostMax, compile, evaluate } from '../../src/schema/cel/program.ts';
import { DecodeError, decodeObject } from '../../src/schema/decode.ts';
import { compilePattern, PatternError } from '../../src/schema/structural/pattern.ts';
import { inputText, jsonInputs, textInputs, type Decoder } from './decoder.ts';

const definition: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'shirts.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'shirts', singular: 'shirt', kind: 'Shirt', listKind: 'ShirtList', shortNames: ['sh'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        additionalPrinterColumns: [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }],
        selectableFields: [{ jsonPath: '.spec.size' }],
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                'x-kubernetes-validations': [{ rule: 'self.replicas >= oldSelf.replicas', message: 'never fewer' }],
                properties: {
                  size: { type: 'string', enum: ['S', 'M'], default: 'M', maxLength: 3, pattern: '^[SM]$' },
                  replicas: { type: 'integer', format: 'int32', minimum: 0, default: 1 },
                  buttons: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
                  },
                  port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
                  any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
            },
          },
        },
      },
    ],
  },
};
const managed: JsonObject[] = [
  {
    manager: 'kubectl',
    operation: 'Apply',
    apiVersion: 'v1',
    time: '2026-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} }, 'f:finalizers': { 'v:"a"': {} } },
      'f:spec': {
        'f:containers': {
          'k:{"name":"c"}': { '.': {}, 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': {}, 'i:3': {} } },
        },
      },
    },
  },
];
const shirt: JsonObject = {
  spec: { size: 'M', replicas: 3, buttons: [{ name: 'a' }, { name: 'b' }] },
  metadata: { name: 'a' },
};
const environment = createEnvironment({ libraries: kubernetesLibraries, variables: new Map([['self', dynType]]) });
const bindings = new Map([['self', dynValue(shirt)]]);

export const extensionDecoders: readonly Decoder[] = [
  {
    name: 'definitions',
    inputs: jsonInputs(definition),
    errors: [JsonDecodeError, DecodeError],
    decode: (input) => {
      const schema = schemaForKind({ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' });
      if (!schema) throw new Error('there are no definitions');
      const object = decodeObject(schema, decodeJson(input)).object as unknown as KubeObject;
      const errors = validateDefinition({ ...object, metadata: object.metadata ?? {} });
      if (errors.length === 0) definitionOf(object);
      return object;
    },
  },
  {
    name: 'CEL expressions',
    inputs: textInputs(
      'self.spec.replicas > 1 && self.spec.size in ["S", "M"]',
      'self.spec.buttons.all(b, b.name.matches("^[a-z]+$")) || has(self.metadata.name)',
      'self.spec.buttons.map(b, b.name + "x").exists_one(n, n.startsWith(r"a\\d")) ? {"a": 1.5e3, 2: b"\\x01"} : []',
      'quantity("1.5Gi").add(quantity("1")).isGreaterThan(quantity("1G")) && url("https://a/b?c=d").getHost() == "a"',
      'timestamp("2026-01-01T00:00:00Z") + duration("1h") > timestamp(0) && cidr("10.0.0.0/8").containsIP(ip("10.1.2.3"))',
      '"a,b".split(",").sum() == "%s %05.2f".format(["x", 1.25]) && -(1u + 2u) != 0x1F % 3 // end',
    ),
    errors: [],
    decode: (input) => {
      const compiled = compile(inputText(input), environment);
      if (compiled.ok) evaluate(compiled.program, { bindings, costMax: callCostMax });
    },
  },
  {
    name: 'JSON paths of columns',
    inputs: textInputs('.spec.size', '.spec.buttons[?(@.name=="a")].name', `.metadata['a\\.b'][0:2:1]..c[*]`),
    errors: [JsonPathError],
    decode: (input) => parseJsonPath(inputText(input)),
  },
  {
    name: 'patterns of schemas',
    inputs: textInputs('^(a|b+?)*[[:alpha:]]{2,9}$', String.raw`\p{Greek}\d(?i:x)\x{10FFFF}[^a-z\-]`, '((a*)*)*b'),
    errors: [PatternError],
    decode: (input) => void compilePattern(inputText(input)).matches('a'.repeat(2000)),
  },
  {
    name: 'answers of webhooks',
    inputs: jsonInputs({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: 'u',
        allowed: false,
        patchType: 'JSONPatch',
        patch: Buffer.from('[{"op":"add","path":"/a","value":1}]').toString('base64'),
        status: { code: 403, message: 'no', reason: 'Forbidden', details: { causes: [{ field: 'a', message: 'b' }] } },
        warnings: ['careful'],
        auditAnnotations: { a: 'b' },
      },
    }),
    errors: [AnswerError],
    decode: (input) => readReview(input, 'v1', 'u', true),
  },
  {
    name: 'expressions of mutating policies',
    inputs: textInputs(
      "Object{metadata: Object.metadata{labels: {'a': object.metadata.name}}, data: {'b': 'c'}}",
      "Object{data: {'__proto__': 'x', 'constructor': object.data.a}, binaryData: {'b': b'abc'}}",
      "[JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('x/y'), value: {'a': [1, 2.5, null, Object.data{}]}}]",
      "[JSONPatch{op: 'move', from: '/data/a', path: '/metadata/labels'}, JSONPatch{op: 'test', path: '', value: object}]",
    ),
    errors: [PatchError, StatusError],
    decode: (input) => decodePatch(inputText(input)),
  },
  {
    name: 'managed fields',
    inputs: jsonInputs(managed),
    errors: [JsonDecodeError, ManagedFieldsError],
    decode: (input) => void decodeManagedFields(decodeJson(input)),
  },
];

/** What the expression makes of a config map. */
function decodePatch(expression: string): unknown {
  const compiler = new ExpressionCompiler(true);
  const compiled = compiler.compile(expression, { params: false, authorizer: true, patchTypes: true });
  const schema = schemaForKind({ group: '', version: 'v1', kind: 'ConfigMap' });
  if (!compiled.program || !schema) return undefined;
  const object: JsonObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'b' } };
  const evaluation = new AdmissionEvaluation(
    (name) => (name === 'object' ? dynValue(object) : null),
    compiler.variables,
    policyCostMax,
  );
  const result = evaluation.evaluate(compiled);
  if (!result.ok) return undefined;
  const { type } = compiled.program;
  return type.kind === 'list'
    ? applyPatch(object, result.value, schema)
    : applyConfiguration(object, result.value, schema);
}
