/** Every field of a pod's spec that says what it may do is decided about: a newer Kubernetes fails here until somebody has thought about its fields. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schemaForKind } from '../../schema/builtin/catalog.ts';
import type { Schema } from '../../schema/schema.ts';
import { knownFields } from './known-fields.ts';

const places: Readonly<Record<keyof typeof knownFields, readonly string[]>> = {
  spec: ['spec'],
  podSecurityContext: ['spec.securityContext'],
  container: ['spec.containers[]', 'spec.initContainers[]', 'spec.ephemeralContainers[]'],
  securityContext: ['spec.containers[].securityContext'],
  capabilities: ['spec.containers[].securityContext.capabilities'],
  port: ['spec.containers[].ports[]'],
  probe: ['spec.containers[].livenessProbe'],
  lifecycle: ['spec.containers[].lifecycle'],
  handler: ['spec.containers[].livenessProbe', 'spec.containers[].lifecycle.preStop'],
  httpGet: ['spec.containers[].livenessProbe.httpGet'],
  tcpSocket: ['spec.containers[].livenessProbe.tcpSocket'],
  volumeMount: ['spec.containers[].volumeMounts[]'],
  windowsOptions: ['spec.securityContext.windowsOptions'],
  volume: ['spec.volumes[]'],
  projectedSource: ['spec.volumes[].projected.sources[]'],
  valueFrom: ['spec.containers[].env[].valueFrom'],
  envFrom: ['spec.containers[].envFrom[]'],
};
/** A probe's own, beside what every handler has. */
const ofProbes = /Seconds$|Threshold$/;

function fieldsAt(path: string): string[] {
  let schema: Schema | undefined = schemaForKind({ group: '', version: 'v1', kind: 'Pod' });
  for (const part of path.split('.')) {
    const [name = '', isList] = part.split('[');
    schema = schema?.type === 'object' ? schema.field(name)?.schema : undefined;
    if (isList !== undefined) schema = schema?.type === 'list' ? schema.items : undefined;
  }
  assert.equal(schema?.type, 'object', path);
  return schema?.type === 'object' ? [...schema.fieldNames()] : [];
}

for (const [place, paths] of Object.entries(places)) {
  test(`fields of ${place} that the policy knows are those of Kubernetes`, () => {
    const fields = new Set(paths.flatMap(fieldsAt).filter((name) => place !== 'handler' || !ofProbes.test(name)));
    // A handler of hooks and one of probes are told apart by what they lack: both know all.
    if (place === 'probe') fields.add('sleep');
    const known: readonly string[] = knownFields[place as keyof typeof knownFields];
    assert.deepEqual(known.toSorted(), [...fields].toSorted());
  });
}
