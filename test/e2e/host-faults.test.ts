/**
 * Two tenants in one namespace of an upstream host that has bad days: it is away, slow, throttling, forgetful, full, refusing; and its people change and delete
 * what is not theirs. Afterwards both sides are equal, nothing is lost, doubled or left over, and what is others' is as it was.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isJsonObject, type JsonObject } from '../../src/api/json.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { nameOn } from '../../src/api/side.ts';
import type { Client } from '../../src/client/client.ts';
import type { FromHost } from '../../src/syncer/mirrored-kind.ts';
import { syncedKinds } from '../../src/syncer/kinds/synced-kinds.ts';
import { removeAllCopies } from '../../src/syncer/removal.ts';
import { realClock } from '../../src/main/real-clock.ts';
import { deprovisionTenant } from '../../src/tenancy/provisioning.ts';
import { placeOf } from '../../src/translate/marks.ts';
import { hostName } from '../../src/translate/names.ts';
import { call, callKubeconfig, untilServing, type Caller } from '../bench/connection.ts';
import { inParallel } from '../bench/in-parallel.ts';
import { placeOnHost, startNodes, tenantRole, type SubletProcess } from '../bench/sublet-process.ts';
import { pod } from '../bench/workloads.ts';
import { startUpstreamHost, upstreamUnavailable, type UpstreamHost } from '../host/upstream.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { eventually, newStateFolder, removeStateFolder } from './sublet-up.ts';

const unavailable = upstreamUnavailable();
const program = join(import.meta.dirname, '../../dist/sublet.cjs');
const hostNamespace = 'shared';
const core = (resource: string) => ({ group: '', version: 'v1', resource });
const [pods, configmaps, services, events, namespaces, quotas] = [
  'pods',
  'configmaps',
  'services',
  'events',
  'namespaces',
  'resourcequotas',
].map(core) as [Gvr, Gvr, Gvr, Gvr, Gvr, Gvr];
type Gvr = ReturnType<typeof core>;
/** Objects that both tenants have under the same names. */
const names = ['red', 'blue'] as const;
type TenantName = (typeof names)[number] | 'green';

interface Tenant {
  readonly client: Client<'tenant'>;
  readonly process: SubletProcess;
  readonly proxy: FaultProxy;
  close(): Promise<void>;
}

if (unavailable !== undefined) {
  test('a host that has bad days', { skip: unavailable }, () => undefined);
} else {
  let cluster: UpstreamHost;
  let nodes: SubletProcess;
  let host: Caller<'host'>;
  let folder: string;
  const tenants = new Map<TenantName, Tenant>();

  const tenantOf = (name: TenantName): Tenant => {
    const found = tenants.get(name);
    assert.ok(found);
    return found;
  };
  const inTenant = (name: TenantName, gvr: Gvr, namespace = 'default') =>
    tenantOf(name).client.resource(gvr, namespace);
  const onHost = (gvr: Gvr) => host.client.resource(gvr, hostNamespace);
  const copyName = (tenant: TenantName, name: string) =>
    hostName(tenant, nameOn('tenant', 'default'), nameOn('tenant', name));

  async function start(
    name: TenantName,
    { fromHost = {}, fault }: { readonly fromHost?: FromHost; readonly fault?: FaultProxy['fault'] } = {},
  ): Promise<Tenant> {
    const place = await placeOnHost(host.client, host.connection, name, { hostNamespace, fromHost });
    const proxy = await startFaultProxy(host.connection);
    if (fault) proxy.fault = fault;
    const { server, certificateAuthority } = proxy;
    const connection = { ...place.connection, server, certificateAuthority };
    const role = await tenantRole(join(folder, name), name, { hostNamespace, connection }, { fromHost });
    const process = role.start(program);
    await process.ready;
    await untilServing(role.connection, process.assertRunning);
    const caller = call('tenant', role.connection);
    return {
      client: caller.client,
      process,
      proxy,
      close: async () => {
        caller.close();
        await process.stop();
        await proxy.stop();
      },
    };
  }

  before(async () => {
    cluster = await startUpstreamHost({ controllers: true });
    nodes = startNodes(program, cluster.kubeconfig);
    await nodes.ready;
    host = await callKubeconfig('host', cluster.kubeconfig);
    folder = await newStateFolder();
    for (const name of names) tenants.set(name, await start(name));
    for (const name of names) await eventually(() => inTenant(name, core('serviceaccounts')).get('default'));
  });

  after(async () => {
    for (const tenant of tenants.values()) await tenant.close();
    host.close();
    await nodes.stop();
    await cluster.stop();
    await removeStateFolder(folder);
  });

  /** Of a tenant's pods, those that run; the copies are exactly theirs. */
  async function assertRunning(name: TenantName, wanted: readonly string[]): Promise<void> {
    await eventually(async () => {
      const { items } = await inTenant(name, pods).list();
      assert.deepEqual(items.map(({ metadata }) => metadata.name ?? '').toSorted(), wanted.toSorted());
      assert.deepEqual(new Set(items.map(phaseOf)), new Set(['Running']));
      const copies = await onHost(pods).list({ labelSelector: `sublet.dev/tenant=${name}` });
      assert.deepEqual(
        copies.items.map(({ metadata }) => metadata.annotations?.['sublet.dev/uid'] ?? '').toSorted(),
        items.map(({ metadata }) => metadata.uid ?? '').toSorted(),
      );
    }, 60_000);
  }

  async function removePods(): Promise<void> {
    for (const name of names) await inTenant(name, pods).deleteCollection({}, { gracePeriodSeconds: 0 });
    await eventually(async () => {
      const copies = await onHost(pods).list({ labelSelector: 'sublet.dev/tenant' });
      assert.deepEqual(
        copies.items.map(({ metadata }) => metadata.name),
        [],
      );
    });
  }

  const some = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  const create = (name: TenantName, wanted: readonly string[]): Promise<void> =>
    inParallel(8, wanted, async (podName) => void (await inTenant(name, pods).create(pod(podName))));

  async function during(fault: FaultProxy['fault'], work: () => Promise<void>): Promise<void> {
    const { proxy } = tenantOf('red');
    proxy.fault = fault;
    proxy.breakAll();
    try {
      await work();
    } finally {
      proxy.fault = () => undefined;
    }
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  const badDays: readonly (readonly [what: string, forMs: number, fault: () => FaultProxy['fault']])[] = [
    ['away', 15_000, () => () => ({ kind: 'break' })],
    [
      'reachable, and never answers',
      5_000,
      () =>
        ({ isWatch }) =>
          isWatch ? { kind: 'break' } : undefined,
    ],
    ['slow', 8_000, () => () => ({ kind: 'slow', ms: 1_500 })],
    [
      'throttling half of all requests',
      10_000,
      () => {
        let count = 0;
        const refusal = {
          kind: 'status',
          code: 429,
          reason: 'TooManyRequests',
          message: 'slow down',
          retryAfterSeconds: 1,
        } as const;
        return () => (count++ % 2 === 0 ? refusal : undefined);
      },
    ],
    [
      'forgetful: all watches are too old',
      8_000,
      () =>
        ({ isWatch, url }) =>
          isWatch && url.includes('resourceVersion=') && !url.includes('sendInitialEvents')
            ? { kind: 'gone' }
            : undefined,
    ],
    [
      'full: nothing can be stored',
      8_000,
      () =>
        ({ method }) =>
          method === 'GET'
            ? undefined
            : {
                kind: 'status',
                code: 500,
                reason: 'InternalError',
                message: 'etcdserver: mvcc: database space exceeded',
              },
    ],
    [
      'of the opinion that credentials have expired',
      8_000,
      () => () => ({ kind: 'status', code: 401, reason: 'Unauthorized', message: 'Unauthorized' }),
    ],
  ];

  for (const [what, forMs, fault] of badDays) {
    test(`a host that is ${what}: meanwhile pods come and go, and a neighbour feels nothing`, async () => {
      await create('red', some('before', 4));
      await assertRunning('red', some('before', 4));
      await during(fault(), async () => {
        await create('red', some('meanwhile', 4));
        await inTenant('red', pods).delete('before-0', { gracePeriodSeconds: 0 });
        await onHost(pods).delete(copyName('red', 'before-1'), { gracePeriodSeconds: 0 });
        await create('blue', some('before', 2));
        await assertRunning('blue', some('before', 2));
        await pause(forMs);
      });
      await assertRunning('red', ['before-2', 'before-3', ...some('meanwhile', 4)]);
      await assertRunning('blue', some('before', 2));
      await removePods();
    });
  }
  test('what others edit or delete on the host comes back as it was; a pod that is deleted there ends in its tenant', async () => {
    const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf' }, data: { a: '1' } };
    for (const name of names) {
      await inTenant(name, configmaps).create(object);
      await inTenant(name, pods).create(readingConfiguration('reader', 'conf'));
      await inTenant(name, services).create(service('web'));
      await assertRunning(name, ['reader']);
    }
    await onHost(configmaps).patch(copyName('red', 'conf'), 'merge', { data: { a: 'spoiled', b: 'more' } });
    await eventually(async () =>
      assert.deepEqual((await onHost(configmaps).get(copyName('red', 'conf')))['data'], { a: '1' }),
    );
    for (const gvr of [configmaps, services]) {
      const gone = copyName('red', gvr === services ? 'web' : 'conf');
      const { metadata } = await onHost(gvr).get(gone);
      await onHost(gvr).delete(gone);
      await eventually(async () => assert.notEqual((await onHost(gvr).get(gone)).metadata.uid, metadata.uid));
    }
    await onHost(pods).delete(copyName('red', 'reader'), { gracePeriodSeconds: 0 });
    await eventually(async () => assert.deepEqual((await inTenant('red', pods).list()).items, []));
    await assertRunning('blue', ['reader']);
    await removePods();
  });

  test('an object that is made anew under its name at once has one copy, its own', async () => {
    for (let round = 0; round < 5; round++) {
      await inTenant('red', pods).create(pod('again'));
      if (round % 2 === 0) await assertRunning('red', ['again']);
      await inTenant('red', pods).delete('again', { gracePeriodSeconds: 0 });
    }
    await inTenant('red', pods).create(pod('again'));
    await assertRunning('red', ['again']);
    await removePods();
  });

  /** What a tenant's users are told of why something isn't on the host. */
  async function told(name: TenantName, object: string): Promise<string> {
    return eventually(async () => {
      const { items } = await inTenant(name, events).list({
        fieldSelector: `reason=SyncError,involvedObject.name=${object}`,
      });
      const [first] = items;
      assert.ok(first, `no Event tells of ${object}`);
      const message = JSON.stringify(first['message']);
      assert.doesNotMatch(message, new RegExp(`${hostNamespace}|${copyName(name, object)}`), 'in the tenant’s words');
      return message;
    });
  }

  test('somebody else’s object under a copy’s name is left alone, and its owner is told', async () => {
    const foreign: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: copyName('red', 'taken') },
      data: { whose: 'the host’s' },
    };
    const { metadata } = await onHost(configmaps).create(foreign);
    await inTenant('red', configmaps).create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'taken' },
      data: { whose: 'red' },
    });
    await inTenant('red', pods).create(readingConfiguration('reader', 'taken'));
    assert.match(await told('red', 'taken'), /something else on the host has the name/);
    const found = await onHost(configmaps).get(copyName('red', 'taken'));
    assert.equal(found.metadata.uid, metadata.uid);
    assert.deepEqual(found['data'], foreign['data']);
    await onHost(configmaps).delete(copyName('red', 'taken'));
    await eventually(
      async () => assert.deepEqual((await onHost(configmaps).get(copyName('red', 'taken')))['data'], { whose: 'red' }),
      90_000,
    );
    await removePods();
  });

  test('a quota of the host that is exceeded is told in words, and tried again', async () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few' }, spec: { hard: { pods: '1' } } };
    await onHost(quotas).create(quota);
    await eventually(async () => assert.ok((await onHost(quotas).get('few'))['status']));
    await inTenant('blue', pods).create(pod('first'));
    await assertRunning('blue', ['first']);
    await inTenant('red', pods).create(pod('second'));
    assert.match(await told('red', 'second'), /exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1/);
    await onHost(quotas).delete('few');
    await assertRunning('red', ['second']);
    await removePods();
  });

  test('what the host’s admission refuses is told in words', async () => {
    const group = 'admissionregistration.k8s.io';
    const policies = host.client.resource({ group, version: 'v1', resource: 'validatingadmissionpolicies' });
    const bindings = host.client.resource({ group, version: 'v1', resource: 'validatingadmissionpolicybindings' });
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
    const meta = { apiVersion: `${group}/v1`, metadata: { name: 'no-colors' } };
    await policies.create({
      ...meta,
      kind: 'ValidatingAdmissionPolicy',
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [
          {
            expression: "!has(object.metadata.labels) || !('color' in object.metadata.labels)",
            messageExpression: "'pod ' + object.metadata.name + ' in ' + object.metadata.namespace + ' has a color'",
          },
        ],
      },
    });
    await bindings.create({
      ...meta,
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { policyName: 'no-colors', validationActions: ['Deny'] },
    });
    await pause(2_000);
    const colored = pod('colored');
    await inTenant('red', pods).create({ ...colored, metadata: { ...colored.metadata, labels: { color: 'blue' } } });
    assert.match(await told('red', 'colored'), /pod colored in .* has a color/);
    await bindings.delete('no-colors');
    await policies.delete('no-colors');
    await assertRunning('red', ['colored']);
    await removePods();
  });

  test('what may not be read of the host holds up nobody: pods run on nodes that stand in, until those of the host are seen', async () => {
    const refusal = { kind: 'status', code: 403, reason: 'Forbidden', message: 'nodes is forbidden' } as const;
    const green = await start('green', {
      fromHost: { nodes: {} },
      fault: ({ url }) => (url.startsWith('/api/v1/nodes') ? refusal : undefined),
    });
    tenants.set('green', green);
    const nodeLabels = async (): Promise<readonly (string | undefined)[]> => {
      const { items } = await green.client.resource(core('nodes')).list();
      return items.map(({ metadata }) => metadata.labels?.['color']);
    };
    for (const { metadata } of (await host.client.resource(core('nodes')).list()).items)
      await host.client
        .resource(core('nodes'))
        .patch(metadata.name ?? '', 'merge', { metadata: { labels: { color: 'blue' } } });
    await eventually(() => inTenant('green', core('serviceaccounts')).get('default'));
    await create('green', ['one']);
    await assertRunning('green', ['one']);
    assert.deepEqual(await nodeLabels(), [undefined]);
    green.proxy.fault = () => undefined;
    await eventually(async () => assert.deepEqual(await nodeLabels(), ['blue', 'blue', 'blue']), 90_000);
    await assertRunning('green', ['one']);
    await inTenant('green', pods).delete('one', { gracePeriodSeconds: 0 });
  });

  test('tenants of one namespace see nothing of each other’s Events', async () => {
    for (const name of names) await create(name, ['same']);
    for (const name of names) await assertRunning(name, ['same']);
    for (const name of names) {
      const other = name === 'red' ? 'blue' : 'red';
      const { items } = await tenantOf(name).client.resource(events).list();
      assert.ok(items.length > 0);
      assert.doesNotMatch(JSON.stringify(items), new RegExp(`-x-default-x-${other}|${hostNamespace}`));
    }
    await removePods();
  });

  test('services of tenants in one namespace select their own pods only', async () => {
    const labels = { app: 'bench' };
    for (const name of names) {
      await inTenant(name, services).create(service('own', labels));
      await create(name, ['same']);
      await assertRunning(name, ['same']);
    }
    for (const name of names) {
      await eventually(async () => {
        const slices = await host.client
          .resource({ group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' }, hostNamespace)
          .list({ labelSelector: `kubernetes.io/service-name=${copyName(name, 'own')}` });
        const targets = slices.items.flatMap((slice) => JSON.stringify(slice['endpoints']));
        assert.equal(targets.length, 1);
        assert.match(targets[0] ?? '', new RegExp(`"name":"${copyName(name, 'same')}"`));
        assert.equal(targets[0]?.match(/"targetRef"/g)?.length, 1);
      });
    }
    await removePods();
  });

  test('a tenant that is deleted in mid-sync leaves nothing, and its neighbour whole', async () => {
    await create('blue', some('stays', 5));
    await assertRunning('blue', some('stays', 5));
    const blue = await copiesOf('blue');
    // The tenant ends before all of them are there.
    const creation = create('red', some('goes', 40)).catch(() => undefined);
    await eventually(async () => assert.ok((await copiesOf('red')).length > 5));
    await tenantOf('red').process.stop();
    await creation;
    const place = { tenant: 'red', hostNamespace };
    await removeAllCopies({
      place: placeOf(place),
      host: host.client,
      kinds: syncedKinds,
      clock: realClock,
      gracePeriodMs: 20_000,
    });
    await deprovisionTenant(host.client, place);
    assert.deepEqual(await copiesOf('red'), []);
    assert.deepEqual(await copiesOf('blue'), blue);
    assert.equal(
      (await host.client.resource(namespaces).get(hostNamespace)).metadata.labels?.['sublet.dev/tenant'],
      'blue',
    );
    await create('blue', ['more']);
    await assertRunning('blue', [...some('stays', 5), 'more']);
  });

  /** `kind name uid` of all that bears the tenant's label. */
  async function copiesOf(name: TenantName): Promise<readonly string[]> {
    const found: string[] = [];
    for (const { gvr, scope } of syncedKinds) {
      if (scope === 'Cluster') continue;
      const { items } = await host.client
        .resource(gvr, hostNamespace)
        .list({ labelSelector: `sublet.dev/tenant=${name}` });
      // The host's own controllers copy labels of what they make.
      const ours = items.filter(({ metadata }) => metadata.annotations?.['sublet.dev/uid'] !== undefined);
      found.push(...ours.map(({ metadata }) => `${gvr.resource} ${metadata.name} ${metadata.uid}`));
    }
    return found.toSorted();
  }
}

function phaseOf(object: KubeObject): string {
  const { phase } = (object['status'] ?? {}) as { readonly phase?: string };
  return phase ?? 'none';
}

function readingConfiguration(name: string, configmap: string): KubeObject {
  const volumes = [{ name: 'conf', configMap: { name: configmap } }];
  const made = pod(name);
  const spec = made['spec'];
  assert.ok(isJsonObject(spec ?? null));
  return { ...made, spec: { ...(spec as JsonObject), volumes } };
}

function service(name: string, selector: Record<string, string> = { app: name }): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector, ports: [{ port: 80 }] } };
}
