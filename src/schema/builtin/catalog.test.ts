import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinResources, builtinSchema, schemaForKind } from './catalog.ts';
import { factsTable, fullTypeName } from './facts.ts';
import type { Schema } from '../schema.ts';

test('resources: names, scope, verbs and subresources of the stable group versions', () => {
  const find = (group: string, plural: string) =>
    builtinResources().find((resource) => resource.group === group && resource.plural === plural);
  const deployments = find('apps', 'deployments');
  assert.equal(deployments?.kind, 'Deployment');
  assert.equal(deployments?.schema, 'io.k8s.api.apps.v1.Deployment');
  assert.deepEqual(deployments?.shortNames, ['deploy']);
  assert.deepEqual(deployments?.categories, ['all']);
  assert.deepEqual(
    deployments?.subresources.map(({ name, gvk }) => `${name} ${gvk.group}/${gvk.version} ${gvk.kind}`),
    ['scale autoscaling/v1 Scale', 'status apps/v1 Deployment'],
  );
  assert.equal(find('', 'nodes')?.namespaced, false);
  assert.deepEqual(find('authorization.k8s.io', 'selfsubjectaccessreviews')?.verbs, ['create']);
  assert.ok(builtinResources().every(({ version }) => /^v\d+$/.test(version)));
});

test('schemas: fields in Go order, with what OpenAPI says of them', () => {
  const spec = builtinSchema('io.k8s.api.core.v1.PodSpec');
  assert.deepEqual(spec.fieldNames().slice(0, 3), ['volumes', 'initContainers', 'containers']);
  const containers = spec.field('containers');
  assert.equal(containers?.required, true);
  assert.deepEqual(containers?.patchStrategy, ['merge']);
  assert.equal(containers?.patchMergeKey, 'name');
  assert.ok(containers?.schema.type === 'list' && containers.schema.listType === 'map');
  assert.equal(containers.schema.goType, '[]v1.Container');
  assert.ok(containers.schema.items.type === 'object');
  const ports = containers.schema.items.field('ports')?.schema;
  assert.ok(ports?.type === 'list' && ports.items.type === 'object');
  assert.equal(ports.items.field('protocol')?.default, 'TCP');
  const limits = builtinSchema('io.k8s.api.core.v1.ResourceRequirements').field('limits')?.schema;
  assert.ok(limits?.type === 'map' && limits.values.type === 'string' && limits.values.format === 'quantity');
  assert.equal(limits.goType, 'v1.ResourceList');
  assert.equal(builtinSchema('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector').mapType, 'atomic');
  const claim = builtinSchema('io.k8s.api.core.v1.PersistentVolumeSpec').field('claimRef')?.schema;
  assert.ok(claim?.type === 'object' && claim.mapType === 'granular' && claim.field('uid'));
  assert.equal(builtinSchema('io.k8s.api.core.v1.ObjectReference').mapType, 'atomic');
});

test('kinds that are no resource have schemas too', () => {
  const name = (group: string, version: string, kind: string) => schemaForKind({ group, version, kind })?.name;
  assert.equal(name('apps', 'v1', 'DeleteOptions'), 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions');
  assert.equal(name('', 'v1', 'PodList'), 'io.k8s.api.core.v1.PodList');
  assert.equal(name('policy', 'v1', 'Eviction'), 'io.k8s.api.policy.v1.Eviction');
  assert.equal(name('apps', 'v1', 'Pod'), undefined);
});

test('every type of the table compiles', () => {
  const seen = new Set<Schema>();
  const walk = (schema: Schema): void => {
    if (seen.has(schema)) return;
    seen.add(schema);
    if (schema.type === 'list') walk(schema.items);
    if (schema.type === 'map') walk(schema.values);
    if (schema.type !== 'object') return;
    for (const field of schema.fieldNames()) {
      const found = schema.field(field);
      assert.ok(found, `${schema.name} ${field}`);
      walk(found.schema);
    }
  };
  for (const name of Object.keys(factsTable.structs)) walk(builtinSchema(fullTypeName(name)));
});
