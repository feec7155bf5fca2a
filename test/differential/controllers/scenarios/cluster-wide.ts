import { base64, requestPem } from '../../certificate-requests.ts';
import type { JsonObject } from '../../../../src/api/json.ts';
import { object, pod } from '../objects.ts';
import { fieldOf, type Scenario, type Stage } from '../scenario.ts';

const ofNode = base64(await requestPem('O=system:nodes,CN=system:node:somebody'));
const ofUser = base64(await requestPem('CN=jane,O=developers'));

const request = (stage: Stage, spec: JsonObject) =>
  object('certificates.k8s.io/v1', 'CertificateSigningRequest', `${stage.namespace}-request`, { spec });

const client = { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth', 'digital signature'] };

const decide = (stage: Stage, type: string) =>
  stage.patch(
    'CertificateSigningRequest',
    `${stage.namespace}-request`,
    { status: { conditions: [{ type, status: 'True', reason: 'Test', message: 'by hand' }] } },
    { subresource: 'approval' },
  );

const role = (stage: Stage, name: string, rest: JsonObject) =>
  object('rbac.authorization.k8s.io/v1', 'ClusterRole', `${stage.namespace}-${name}`, rest);

const rule = (resource: string) => ({ rules: [{ apiGroups: [''], resources: [resource], verbs: ['get'] }] });

const claim = (name: string) =>
  object('v1', 'PersistentVolumeClaim', name, {
    spec: { storageClassName: '', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });

const volume = (stage: Stage) =>
  object('v1', 'PersistentVolume', `${stage.namespace}-volume`, {
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'none',
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: '/tmp/x' },
    },
  });

const uses = (name: string) => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }] });

export const clusterWide: readonly Scenario[] = [
  {
    name: 'certificate: is signed once it is approved',
    async run(stage) {
      await stage.create(request(stage, { ...client, request: ofUser }));
      await stage.pause(300);
      await decide(stage, 'Approved');
      await stage.until('it is there', () => {
        const found = stage.find('CertificateSigningRequest', `${stage.namespace}-request`);
        return fieldOf(found, 'status.certificate') !== undefined;
      });
    },
  },
  {
    name: 'certificate: is denied',
    async run(stage) {
      await stage.create(request(stage, { ...client, request: ofUser }));
      await decide(stage, 'Denied');
      await stage.pause(500);
    },
  },
  {
    name: "certificate: of a node's client is approved by itself",
    async run(stage) {
      await stage.create(
        request(stage, { ...client, signerName: 'kubernetes.io/kube-apiserver-client-kubelet', request: ofNode }),
      );
      await stage.until('it is there', () => {
        const found = stage.find('CertificateSigningRequest', `${stage.namespace}-request`);
        return fieldOf(found, 'status.certificate') !== undefined;
      });
    },
  },
  {
    name: 'certificate: usages that its signer does not allow',
    async run(stage) {
      await stage.create(request(stage, { ...client, usages: ['server auth'], request: ofUser }));
      await decide(stage, 'Approved');
      await stage.untilField(
        'CertificateSigningRequest',
        `${stage.namespace}-request`,
        'status.conditions[type=Failed].status',
        'True',
      );
    },
  },
  {
    name: 'certificate: of a signer that is not here',
    async run(stage) {
      await stage.create(request(stage, { ...client, signerName: 'example.com/other', request: ofUser }));
      await decide(stage, 'Approved');
      await stage.pause(500);
    },
  },
  {
    name: 'cluster role: gathers the rules of others',
    async run(stage) {
      const labels = { gathered: stage.namespace };
      await stage.create(role(stage, 'a', { metadata: { labels }, ...rule('pods') }));
      await stage.create(
        role(stage, 'all', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] }, rules: [] }),
      );
      await stage.create(role(stage, 'b', { metadata: { labels }, ...rule('services') }));
      await stage.create(role(stage, 'c', { metadata: { labels }, ...rule('secrets') }));
      await stage.until('it has three rules', () => {
        const found = stage.find('ClusterRole', `${stage.namespace}-all`)?.['rules'];
        return Array.isArray(found) && found.length === 3;
      });
      await stage.remove('ClusterRole', `${stage.namespace}-b`);
      await stage.until('it has two rules', () => {
        const found = stage.find('ClusterRole', `${stage.namespace}-all`)?.['rules'];
        return Array.isArray(found) && found.length === 2;
      });
    },
  },
  {
    name: 'claim: stays while a pod uses it',
    async run(stage) {
      await stage.create(claim('data'));
      await stage.create(pod('user', {}, {}, { ...uses('data'), nodeName: 'node-1' }));
      await stage.untilPods(1);
      await stage.remove('PersistentVolumeClaim', 'data');
      await stage.pause(1500);
    },
  },
  {
    name: 'claim: goes with the last pod that uses it',
    async run(stage) {
      await stage.create(claim('data'));
      await stage.create(pod('user', {}, {}, { ...uses('data'), nodeName: 'node-1' }));
      await stage.untilPods(1);
      await stage.remove('PersistentVolumeClaim', 'data');
      await stage.pause(500);
      await stage.remove('Pod', 'user');
      await stage.untilGone('PersistentVolumeClaim', 'data');
    },
  },
  {
    name: 'claim: that nobody uses goes at once',
    async run(stage) {
      await stage.create(claim('data'));
      await stage.until(
        'it is protected',
        () => stage.find('PersistentVolumeClaim', 'data')?.metadata.finalizers !== undefined,
      );
      await stage.remove('PersistentVolumeClaim', 'data');
      await stage.untilGone('PersistentVolumeClaim', 'data');
    },
  },
  {
    name: 'volume: is protected',
    async run(stage) {
      await stage.create(volume(stage));
      await stage.until(
        'it is',
        () => stage.find('PersistentVolume', `${stage.namespace}-volume`)?.metadata.finalizers !== undefined,
      );
    },
  },
  {
    name: 'volume: that nothing is bound to goes at once',
    async run(stage) {
      await stage.create(volume(stage));
      await stage.until(
        'it is protected',
        () => stage.find('PersistentVolume', `${stage.namespace}-volume`)?.metadata.finalizers !== undefined,
      );
      await stage.remove('PersistentVolume', `${stage.namespace}-volume`);
      await stage.untilGone('PersistentVolume', `${stage.namespace}-volume`);
    },
  },
];
