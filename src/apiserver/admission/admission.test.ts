import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinResourceDefinitions } from '../registry/resources/builtin-resources.ts';
import { bootstrapCluster } from '../registry/bootstrap.ts';
import { TestApi, type Loose } from '../verbs/api.test-double.ts';
import { builtinAdmissionPlugins } from './builtin-plugins.ts';
import { createClusterReader } from './cluster-reader.ts';
import { createQuotaLedger } from './quota-ledger.ts';

const pods = '/api/v1/namespaces/default/pods';

async function cluster(): Promise<TestApi> {
  const api: TestApi = new TestApi({
    definitions: builtinResourceDefinitions,
    plugins: ({ store, resources }) =>
      builtinAdmissionPlugins(createClusterReader(store, resources), createQuotaLedger(store, resources), store.random),
  });
  await bootstrapCluster(api);
  return api;
}

async function withAccount(): Promise<TestApi> {
  const api = await cluster();
  await api.post('/api/v1/namespaces/default/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
    imagePullSecrets: [{ name: 'registry' }],
  });
  return api;
}

const pod = (spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});

test('a cluster begins with its namespaces and priority classes, once', async () => {
  const api = await cluster();
  await bootstrapCluster(api);
  const namespaces = await api.get('/api/v1/namespaces');
  assert.deepEqual(
    namespaces.body.items.map((item: Loose) => item.metadata.name),
    ['default', 'kube-node-lease', 'kube-public', 'kube-system'],
  );
  const classes = await api.get('/apis/scheduling.k8s.io/v1/priorityclasses');
  assert.deepEqual(
    classes.body.items.map((item: Loose) => [item.metadata.name, item.value]),
    [
      ['system-cluster-critical', 2000000000],
      ['system-node-critical', 2000001000],
    ],
  );
});

test('a pod gets an account, its token, its secrets, a priority and tolerations', async () => {
  const api = await withAccount();
  const { status, body } = await api.post(pods, pod());
  assert.equal(status, 201);
  const { spec } = body;
  const [volume] = spec.volumes;
  assert.match(volume.name, /^kube-api-access-[a-z0-9]{5}$/);
  assert.deepEqual(spec.containers[0].volumeMounts, [
    { name: volume.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
  ]);
  assert.deepEqual(volume.projected.sources[0], { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } });
  assert.deepEqual(
    [spec.serviceAccountName, spec.serviceAccount, spec.imagePullSecrets, spec.priority, spec.preemptionPolicy],
    ['default', 'default', [{ name: 'registry' }], 0, 'PreemptLowerPriority'],
  );
  assert.deepEqual(
    spec.tolerations.map(({ key, tolerationSeconds }: Loose) => [key, tolerationSeconds]),
    [
      ['node.kubernetes.io/not-ready', 300],
      ['node.kubernetes.io/unreachable', 300],
    ],
  );
});

test('a pod may do without a token', async () => {
  const api = await withAccount();
  const { body } = await api.post(pods, pod({ automountServiceAccountToken: false }));
  assert.equal(body.spec.volumes, undefined);
});

test('what is refused', async (t) => {
  const cases: Record<string, { url?: string; body?: object; method?: string; code: number; message: string }> = {
    'a namespace that is not there': {
      url: '/api/v1/namespaces/none/pods',
      body: pod(),
      code: 404,
      message: 'namespaces "none" not found',
    },
    'an account that is not there': {
      body: pod({ serviceAccountName: 'none' }),
      code: 403,
      message: 'pods "p" is forbidden: error looking up service account default/none: serviceaccount "none" not found',
    },
    'a priority class that is not there': {
      body: pod({ priorityClassName: 'none' }),
      code: 403,
      message: 'pods "p" is forbidden: no PriorityClass with name none was found',
    },
    'a priority that is not the class’s': {
      body: pod({ priority: 5 }),
      code: 403,
      message:
        'pods "p" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    },
    'deleting the default namespace': {
      method: 'DELETE',
      url: '/api/v1/namespaces/default',
      code: 403,
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    },
  };
  const api = await withAccount();
  for (const [name, { method, url, body, code, message }] of Object.entries(cases)) {
    await t.test(name, async () => {
      const answer = await api.call(method ?? 'POST', url ?? pods, body);
      assert.deepEqual([answer.body.code, answer.body.message], [code, message]);
    });
  }
});

test('nothing new in a namespace that goes', async () => {
  const api = await cluster();
  await api.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
  await api.delete('/api/v1/namespaces/n');
  const { body } = await api.post('/api/v1/namespaces/n/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
  });
  assert.deepEqual(
    [body.code, body.message, body.details.causes],
    [
      403,
      'configmaps "a" is forbidden: unable to create new content in namespace n because it is being terminated',
      [
        {
          reason: 'NamespaceTerminating',
          message: 'namespace n is being terminated',
          field: 'metadata.namespace',
        },
      ],
    ],
  );
});

const claims = '/api/v1/namespaces/default/persistentvolumeclaims';

const claim = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});

const storageClass = (name: string, isDefault: boolean, allowVolumeExpansion = false): object => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) } },
  provisioner: 'd.io',
  allowVolumeExpansion,
});

test('claims and Ingresses without a class get the default one; with one, even the empty one, they keep it', async () => {
  const api = await cluster();
  assert.equal((await api.post(claims, claim('before'))).body.spec.storageClassName, undefined);
  for (const one of [storageClass('slow', false), storageClass('fast', true)]) {
    await api.post('/apis/storage.k8s.io/v1/storageclasses', one);
  }
  assert.equal((await api.post(claims, claim('after'))).body.spec.storageClassName, 'fast');
  assert.equal((await api.post(claims, claim('none', { storageClassName: '' }))).body.spec.storageClassName, '');
  await api.post('/apis/networking.k8s.io/v1/ingressclasses', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'front', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
    spec: { controller: 'a.io/b' },
  });
  const ingress = (annotations: object): object => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { generateName: 'i-', annotations },
    spec: { defaultBackend: { service: { name: 'a', port: { number: 80 } } } },
  });
  const made = async (annotations: object): Promise<Loose> =>
    (await api.post('/apis/networking.k8s.io/v1/namespaces/default/ingresses', ingress(annotations))).body;
  assert.equal((await made({})).spec.ingressClassName, 'front');
  assert.equal((await made({ 'kubernetes.io/ingress.class': 'other' })).spec.ingressClassName, undefined);
});

test('a claim grows when it is bound and its class allows it', async () => {
  const api = await cluster();
  await api.post('/apis/storage.k8s.io/v1/storageclasses', storageClass('fixed', false));
  await api.post('/apis/storage.k8s.io/v1/storageclasses', storageClass('growing', false, true));
  const grow = (name: string): Promise<Loose> =>
    api.patch(`${claims}/${name}`, 'merge', { spec: { resources: { requests: { storage: '2Gi' } } } });
  for (const name of ['fixed', 'growing']) await api.post(claims, claim(name, { storageClassName: name }));
  assert.match(
    (await grow('growing')).body.message,
    /spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims/,
  );
  for (const name of ['fixed', 'growing'])
    await api.patch(`${claims}/${name}/status`, 'merge', { status: { phase: 'Bound' } });
  assert.match((await grow('fixed')).body.message, /the storageclass that provisions the pvc must support resize$/);
  assert.equal((await grow('growing')).status, 200);
});

test('limits of a namespace fill in what pods and claims leave out, and refuse what is beyond them', async () => {
  const api = await withAccount();
  const range = async (name: string, limits: object[]): Promise<void> => {
    const body = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name }, spec: { limits } };
    assert.equal((await api.post('/api/v1/namespaces/default/limitranges', body)).status, 201);
  };
  await range('containers', [
    { type: 'Container', defaultRequest: { cpu: '100m' }, default: { cpu: '200m', memory: '1Gi' }, max: { cpu: '1' } },
    { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } },
  ]);
  const { body } = await api.post(pods, pod());
  assert.deepEqual(body.spec.containers[0].resources, {
    limits: { cpu: '200m', memory: '1Gi' },
    requests: { cpu: '100m', memory: '1Gi' },
  });
  assert.equal(
    body.metadata.annotations['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c',
  );
  const greedy = { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '2' } } }] };
  assert.equal(
    (await api.post(pods, { ...pod(greedy), metadata: { name: 'greedy' } })).body.message,
    'pods "greedy" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
  );
  const small = claim('small', { resources: { requests: { storage: '1Mi' } } });
  assert.equal(
    (await api.post(claims, small)).body.message,
    'persistentvolumeclaims "small" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi',
  );
  await range('pods', [{ type: 'Pod', max: { cpu: '300m' }, maxLimitRequestRatio: { cpu: '1' } }]);
  const two = { containers: ['a', 'b'].map((name) => ({ name, image: 'i' })) };
  assert.equal(
    (await api.post(pods, { ...pod(two), metadata: { name: 'two' } })).body.message,
    'pods "two" is forbidden: [maximum cpu usage per Pod is 300m, but limit is 400m, cpu max limit to request ratio per Pod is 1, but provided ratio is 2.000000]',
  );
});
