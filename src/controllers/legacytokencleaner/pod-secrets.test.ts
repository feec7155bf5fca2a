import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { namesSecret } from './pod-secrets.ts';

const named: Readonly<Record<string, JsonObject>> = {
  'to pull images': { imagePullSecrets: [{ name: 's' }] },
  'in a variable of an init container': {
    initContainers: [{ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }],
  },
  'for all variables': { containers: [{ envFrom: [{ secretRef: { name: 's' } }] }] },
  'in an ephemeral container': { ephemeralContainers: [{ envFrom: [{ secretRef: { name: 's' } }] }] },
  'as a volume': { volumes: [{ name: 'v', secret: { secretName: 's' } }] },
  'in a projected volume': { volumes: [{ name: 'v', projected: { sources: [{}, { secret: { name: 's' } }] } }] },
  'of a driver': { volumes: [{ name: 'v', csi: { driver: 'd', nodePublishSecretRef: { name: 's' } } }] },
  'of an RBD volume': { volumes: [{ name: 'v', rbd: { secretRef: { name: 's' } } }] },
  'of an Azure file': { volumes: [{ name: 'v', azureFile: { secretName: 's' } }] },
};
for (const [name, spec] of Object.entries(named))
  test(`a pod names a Secret: ${name}`, () => {
    assert.equal(namesSecret({ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec }, 's'), true);
    assert.equal(namesSecret({ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec }, 'other'), false);
  });

test('a pod that names none', () => {
  const spec = {
    containers: [{ name: 's', env: [{ name: 's', value: 's' }] }],
    volumes: [{ name: 's', emptyDir: {} }],
  };
  assert.equal(namesSecret({ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec }, 's'), false);
});
