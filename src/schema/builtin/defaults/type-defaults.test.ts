/** Against what upstream's own code makes of the same objects: see test/golden/oracle. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { GroupVersionKind } from '../../../api/gvk.ts';
import { parseApiVersion } from '../../../api/gvk.ts';
import { cloneJson, type JsonObject } from '../../../api/json.ts';
import { canonicalObject, decodeObject } from '../../decode.ts';
import { applyDefaults } from '../../default.ts';
import type { ObjectSchema } from '../../schema.ts';
import { builtinSchema, schemaForKind } from '../catalog.ts';
import { builtinTypeDefaults } from './type-defaults.ts';

interface GoldenCase {
  readonly name: string;
  readonly input: JsonObject;
  readonly output: JsonObject;
}

const golden = join(import.meta.dirname, '../../../../test/golden/defaults');

function typeOf(object: JsonObject): { gvk: GroupVersionKind; schema: ObjectSchema } {
  const { apiVersion, kind } = object;
  assert.ok(typeof apiVersion === 'string' && typeof kind === 'string');
  const gv = parseApiVersion(apiVersion);
  assert.ok(gv);
  const gvk = { ...gv, kind };
  const schema = schemaForKind(gvk);
  assert.ok(schema, `no schema of ${apiVersion} ${kind}`);
  return { gvk, schema };
}

function defaulted(input: JsonObject): JsonObject {
  const { gvk, schema } = typeOf(input);
  const { object } = decodeObject(schema, cloneJson(input));
  applyDefaults(schema, object, { gvk }, builtinTypeDefaults);
  return canonicalObject(schema, object);
}

for (const file of readdirSync(golden)) {
  describe(`defaults are upstream’s: ${file.replace('.json', '')}`, () => {
    // Written by our own recorder.
    const cases = JSON.parse(readFileSync(join(golden, file), 'utf8')) as GoldenCase[];
    for (const { name, input, output } of cases) test(name, () => assert.deepEqual(defaulted(input), output));
  });
}

test('defaulting twice is defaulting once', () => {
  for (const file of readdirSync(golden)) {
    for (const { name, output } of JSON.parse(readFileSync(join(golden, file), 'utf8')) as GoldenCase[]) {
      assert.deepEqual(defaulted(output), output, `${file}: ${name}`);
    }
  }
});

test('each name is that of a type: a misspelled one would never be called', () => {
  for (const name of Object.keys(builtinTypeDefaults)) {
    // The one that is a map, which the walker knows by its Go name.
    if (name !== 'io.k8s.api.core.v1.ResourceList') assert.equal(builtinSchema(name).name, name);
  }
});

test('an autoscaler of v1 aims at 80 % of the CPU, unless it has metrics in its annotation', () => {
  // Upstream does this in the conversion to its stored version, which the recorder doesn't ask for.
  const autoscaler = (annotations: JsonObject): JsonObject => ({
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'a', annotations },
    spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd' } },
  });
  const target = (object: JsonObject): unknown => (object['spec'] as JsonObject)['targetCPUUtilizationPercentage'];
  assert.equal(target(defaulted(autoscaler({}))), 80);
  assert.equal(target(defaulted(autoscaler({ 'autoscaling.alpha.kubernetes.io/metrics': '[]' }))), undefined);
});
