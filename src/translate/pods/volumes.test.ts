import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markOn, nameOn } from '../../api/side.ts';
import { copyPod } from './pod.ts';
import { viewPod, type Volume } from './pod-view.ts';
import { tokenSecretName } from './tokens.ts';

const place = { tenant: 'demo', hostNamespace: nameOn('host', 'sublet-demo') };

/** The volume as it is on the host. */
function onHost(volume: Volume): Volume | undefined {
  const pod = markOn('tenant', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1' },
    spec: { containers: [], volumes: [volume] },
  });
  return viewPod(copyPod({ place, namespacesSelectedBy: () => [] }, pod)).spec.volumes?.[0];
}

test('a certificate of the host is none of the tenant’s; tokens beside it keep their keys', () => {
  const sources = [
    { podCertificate: { signerName: 's' } },
    { clusterTrustBundle: { name: 'b', optional: true } },
    { serviceAccountToken: { path: 'token' } },
  ];
  const name = tokenSecretName('demo', nameOn('tenant', 'default'), nameOn('tenant', 'web'));
  assert.deepEqual(onHost({ name: 'v', projected: { sources } })?.projected?.sources, [
    { secret: { name, items: [{ key: 'v.2', path: 'token' }] } },
  ]);
});

test('a claim that is made for a pod is the tenant’s, and the copy names the copy of it', () => {
  const dataSource = { kind: 'PersistentVolumeClaim', name: 'data' };
  const volumeClaimTemplate = { metadata: { labels: { a: 'b' } }, spec: { volumeName: 'pv', dataSource } };
  assert.deepEqual(onHost({ name: 'v', ephemeral: { volumeClaimTemplate } }), {
    name: 'v',
    persistentVolumeClaim: { claimName: 'web-v-x-default-x-demo' },
  });
});
