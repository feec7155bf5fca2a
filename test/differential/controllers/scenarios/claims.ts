import type { JsonObject } from '../../../../src/api/json.ts';
import type { KubeObject } from '../../../../src/api/object.ts';
import { object, pod } from '../objects.ts';
import { fieldOf, type Scenario, type Stage } from '../scenario.ts';

const long = { 'run-for': '1h' };
const size: JsonObject = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const scratch = (spec: JsonObject = size, metadata: JsonObject = {}): JsonObject => ({
  volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { metadata, spec } } }],
});

const devices: JsonObject = { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu.example.com' } }] } };
const deviceTemplate = (spec: JsonObject = {}): KubeObject =>
  object('resource.k8s.io/v1', 'ResourceClaimTemplate', 'gpus', { spec: { spec: devices, ...spec } });
const deviceClaim = (name: string): KubeObject =>
  object('resource.k8s.io/v1', 'ResourceClaim', name, { spec: devices });
const withDevices = (...resourceClaims: JsonObject[]): JsonObject => ({ resourceClaims });
const fromTemplate: JsonObject = { name: 'gpu', resourceClaimTemplateName: 'gpus' };
const shared: JsonObject = { name: 'shared', resourceClaimName: 'shared' };

/** As the scheduler does it, for these pods. */
async function allocate(stage: Stage, name: string, ...pods: string[]): Promise<void> {
  const results = [{ request: 'r', driver: 'gpu.example.com', pool: 'p', device: 'd' }];
  const reservedFor = pods.map((user) => ({
    resource: 'pods',
    name: user,
    uid: stage.find('Pod', user)?.metadata.uid ?? '',
  }));
  await stage.patch('ResourceClaim', name, {
    metadata: { finalizers: ['resource.kubernetes.io/delete-protection'] },
  });
  const status = { allocation: { devices: { results } }, reservedFor };
  await stage.patch('ResourceClaim', name, { status }, { subresource: 'status' });
}

const ended = (stage: Stage, name: string): Promise<KubeObject> =>
  stage.patch('Pod', name, { status: { phase: 'Succeeded' } }, { subresource: 'status' });

/** They get no node: what simulated kubelets would make of them is not the question. */
const gated: JsonObject = { schedulingGates: [{ name: 'example.com/wait' }] };

export const claims: readonly Scenario[] = [
  {
    name: 'ephemeral volume: has a claim',
    async run(stage) {
      const metadata = { labels: { a: 'b' }, annotations: { c: 'd' } };
      await stage.create(pod('web', { app: 'web' }, long, { ...gated, ...scratch(size, metadata) }));
      await stage.until('the claim', () => stage.find('PersistentVolumeClaim', 'web-scratch') !== undefined);
    },
  },
  {
    name: 'ephemeral volume: its claim is somebody else’s',
    countsVary: true,
    async run(stage) {
      await stage.create(object('v1', 'PersistentVolumeClaim', 'web-scratch', { spec: size }));
      await stage.create(pod('web', { app: 'web' }, long, { ...gated, ...scratch() }));
      await stage.untilEvent('FailedBinding');
    },
  },
  {
    name: 'ephemeral volume: its claim goes with the pod',
    async run(stage) {
      await stage.create(pod('web', { app: 'web' }, long, { ...gated, ...scratch() }));
      await stage.until('the claim', () => stage.find('PersistentVolumeClaim', 'web-scratch') !== undefined);
      await stage.remove('Pod', 'web');
      await stage.untilGone('PersistentVolumeClaim', 'web-scratch');
    },
  },
  {
    name: 'device claim: is made from a template',
    async run(stage) {
      const metadata = { labels: { a: 'b' }, annotations: { c: 'd' } };
      await stage.create(deviceTemplate({ metadata }));
      await stage.create(deviceClaim('shared'));
      await stage.create(pod('web', { app: 'web' }, long, { ...gated, ...withDevices(fromTemplate, shared) }));
      await stage.until('it is named', () => {
        const statuses = fieldOf(stage.find('Pod', 'web'), 'status.resourceClaimStatuses');
        return Array.isArray(statuses) && statuses.length === 1;
      });
    },
  },
  {
    name: 'device claim: its template is missing',
    countsVary: true,
    async run(stage) {
      await stage.create(pod('web', { app: 'web' }, long, { ...gated, ...withDevices(fromTemplate) }));
      await stage.untilEvent('FailedResourceClaimCreation');
      await stage.create(deviceTemplate());
      await stage.until('the claim', () => stage.list('ResourceClaim').length === 1);
    },
  },
  {
    name: 'device claim: goes when its pod has ended',
    async run(stage) {
      await stage.create(deviceTemplate());
      await stage.create(pod('web', { app: 'web' }, long, { ...gated, ...withDevices(fromTemplate) }));
      await stage.until('the claim', () => stage.list('ResourceClaim').length === 1);
      await stage.until('it is named', () => {
        return fieldOf(stage.find('Pod', 'web'), 'status.resourceClaimStatuses') !== undefined;
      });
      await ended(stage, 'web');
      await stage.until('it is gone', () => stage.list('ResourceClaim').length === 0);
    },
  },
  {
    name: 'device claim: is given back by its users',
    async run(stage) {
      await stage.create(deviceClaim('shared'));
      for (const name of ['web', 'db']) await stage.create(pod(name, {}, long, { ...gated, ...withDevices(shared) }));
      await allocate(stage, 'shared', 'web', 'db');
      await ended(stage, 'web');
      await stage.until('one user is left', () => {
        const users = fieldOf(stage.find('ResourceClaim', 'shared'), 'status.reservedFor');
        return Array.isArray(users) && users.length === 1;
      });
      await stage.remove('Pod', 'db', { gracePeriodSeconds: 0 });
      await stage.untilField('ResourceClaim', 'shared', 'status.allocation', undefined);
      await stage.untilField('ResourceClaim', 'shared', 'metadata.finalizers', undefined);
    },
  },
  {
    name: 'device claim: is given back when it is deleted unused',
    async run(stage) {
      await stage.create(deviceClaim('shared'));
      await allocate(stage, 'shared');
      await stage.remove('ResourceClaim', 'shared');
      await stage.untilGone('ResourceClaim', 'shared');
    },
  },
  {
    name: 'quota: counts devices by class',
    async run(stage) {
      const hard = { 'gpu.example.com.deviceclass.resource.k8s.io/devices': '5' };
      await stage.create(object('v1', 'ResourceQuota', 'quota', { spec: { hard } }));
      await stage.untilField(
        'ResourceQuota',
        'quota',
        'status.used',
        Object.fromEntries(Object.keys(hard).map((name) => [name, '0'])),
      );
      await stage.create(deviceClaim('one'));
      await stage.create(deviceClaim('two'));
      await stage.remove('ResourceClaim', 'one');
      await stage.untilField(
        'ResourceQuota',
        'quota',
        'status.used',
        Object.fromEntries(Object.keys(hard).map((name) => [name, '1'])),
      );
    },
  },
  {
    name: 'pod garbage: a pod that never had a node, and is held',
    slow: true,
    async run(stage) {
      const { metadata, ...rest } = pod('web', { app: 'web' }, long, gated);
      await stage.create({ ...rest, metadata: { ...metadata, finalizers: ['example.com/hold'] } });
      await stage.remove('Pod', 'web');
      await stage.untilField('Pod', 'web', 'status.phase', 'Failed');
    },
  },
  {
    name: 'pod garbage: a pod whose node is not there',
    slow: true,
    async run(stage) {
      const { metadata, ...rest } = pod('web', { app: 'web' }, long, { nodeName: 'nowhere' });
      await stage.create({ ...rest, metadata: { ...metadata, finalizers: ['example.com/hold'] } });
      // Upstream looks every twenty seconds, and then waits for forty.
      await stage.pause(40_000);
      await stage.untilField('Pod', 'web', 'status.phase', 'Failed');
      await stage.untilField('Pod', 'web', 'metadata.deletionGracePeriodSeconds', 0);
    },
  },
  {
    name: 'service range: gets ready, and goes',
    slow: true,
    async run(stage) {
      const kept = `${stage.namespace}-kept`;
      const gone = `${stage.namespace}-gone`;
      for (const [name, cidr] of [
        [kept, '10.111.0.0/24'],
        [gone, '10.112.0.0/24'],
      ] as const) {
        await stage.create(object('networking.k8s.io/v1', 'ServiceCIDR', name, { spec: { cidrs: [cidr] } }));
        await stage.untilField('ServiceCIDR', name, 'status.conditions[type=Ready].status', 'True');
      }
      await stage.remove('ServiceCIDR', gone);
      await stage.untilGone('ServiceCIDR', gone);
    },
  },
];
