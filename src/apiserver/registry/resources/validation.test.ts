/**
 * What a real kube-apiserver answered to invalid objects (`test/golden/validation`, v1.36.3, default configuration), word for word. A case with
 * `old` is an update. Texts that show upstream's internal structs are compared up to them.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parseApiVersion } from '../../../api/gvk.ts';
import type { JsonObject } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import { StatusError, type Status } from '../../../api/status.ts';
import { decodeObject } from '../../../schema/decode.ts';
import { beforeCreate, beforeUpdate, ensureNamespace, fillSystemMetadata } from '../before-write.ts';
import { createResourceRegistry } from '../resource-registry.ts';
import { serviceAddressHooks } from '../service-addresses.ts';
import type { ServedResource } from '../served-resource.ts';
import type { WriteContext } from '../write-context.ts';
import { builtinResourceDefinitions } from './builtin-resources.ts';

interface Case {
  readonly title: string;
  readonly object: KubeObject;
  readonly old?: KubeObject;
  readonly status: Status;
}

const folder = join(import.meta.dirname, '../../../../test/golden/validation');
const registry = createResourceRegistry(builtinResourceDefinitions);
const context: WriteContext = {
  user: { name: 'admin', groups: ['system:masters'] },
  now: Date.parse('2026-01-01T00:00:00Z'),
  dryRun: true,
  warnings: [],
};
const services = serviceAddressHooks({
  allocate: () => Promise.reject(new Error('nothing is allocated')),
  release: () => Promise.resolve(),
});
const random = { uuid: () => '7f3fbc9c-0000-4000-8000-000000000000', next: () => 0.5 };

for (const file of readdirSync(folder)) {
  suite(file.replace('.json', ''), () => {
    const cases: readonly Case[] = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    for (const one of cases) {
      test(one.title, () => {
        const found = refusal(one);
        assert.equal(found?.message, one.status.message);
        assert.deepEqual(found, one.status);
      });
    }
  });
}

function refusal({ object, old }: Case): Status | undefined {
  const resource = resourceOf(object);
  try {
    const fresh = decoded(resource, expanded(object));
    if (old) beforeUpdate(resource, fresh, decoded(resource, old), context, 'object');
    else {
      fillSystemMetadata(fresh.metadata, context, random);
      ensureNamespace(fresh.metadata, resource.namespaced ? 'default' : '');
      if (resource.kind === 'Service') services.prepare?.(fresh, undefined);
      beforeCreate(resource, fresh, context);
    }
    return undefined;
  } catch (error) {
    if (error instanceof StatusError) return JSON.parse(JSON.stringify(error.status));
    throw error;
  }
}

/** Instead of a megabyte in the golden file. */
function expanded(object: KubeObject): KubeObject {
  const text = JSON.stringify(object);
  return JSON.parse(text.replace('"REPEAT"', () => JSON.stringify('x'.repeat(1_048_577))));
}

function decoded(resource: ServedResource, object: KubeObject): KubeObject {
  const whole = decodeObject(resource.schema, structuredClone(object) as unknown as JsonObject)
    .object as unknown as KubeObject;
  const decodedObject = { ...whole, kind: object.kind, apiVersion: object.apiVersion };
  resource.applyDefaults(decodedObject);
  return decodedObject;
}

function resourceOf({ apiVersion, kind }: KubeObject): ServedResource {
  const { group = '', version = '' } = parseApiVersion(apiVersion) ?? {};
  const resource = registry
    .stored()
    .find((one) => one.gr.group === group && one.version === version && one.kind === kind);
  assert.ok(resource, `no resource of ${apiVersion} ${kind}`);
  return resource;
}
