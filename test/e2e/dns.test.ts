/**
 * The tenants' DNS from end to end: `sublet up` with two tenants, real kubectl, the host's own controllers making slices, and a resolver that is not ours. The
 * one thing that is made up: simulated pods can't send packets, so their copies are given addresses of this machine, from which the test asks in their stead.
 */
import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { kubectlPath, upstreamUnavailable } from '../host/upstream.ts';
import {
  eventually,
  kubectlWith,
  newStateFolder,
  removeStateFolder,
  startUp,
  type Kubectl,
  type Up,
} from './sublet-up.ts';

const tenants = ['one', 'two'] as const;
type Tenant = (typeof tenants)[number];
/** Where each tenant's pod `client` asks from. */
const addresses: Readonly<Record<Tenant, string>> = { one: '127.88.0.1', two: '127.88.0.2' };
const stranger = '127.88.0.9';

const unavailable = upstreamUnavailable();

if (unavailable !== undefined) {
  test("tenants' DNS on the embedded host", { skip: unavailable }, () => undefined);
} else {
  let up: Up;
  let port: number;
  let host: Kubectl;
  let inTenant: Readonly<Record<Tenant, Kubectl>>;

  before(async () => {
    const folder = await newStateFolder();
    for (const tenant of tenants) await mkdir(join(folder, 'tenants', tenant), { recursive: true });
    up = await startUp(folder, ['--dns', '127.0.0.1:0', '--nodes', '2']);
    port = Number(/ dns .*:(\d+)$/m.exec(up.welcome)?.[1]);
    const kubectl = await kubectlPath();
    host = kubectlWith(kubectl, up.hostKubeconfig);
    const of = (tenant: Tenant): Kubectl => kubectlWith(kubectl, join(folder, `tenants/${tenant}.kubeconfig`));
    inTenant = { one: of('one'), two: of('two') };
    for (const tenant of tenants) await populate(tenant);
  });

  after(async () => {
    await up.interrupt();
    await removeStateFolder(up.folder);
  });

  function ask(tenant: Tenant | undefined): Resolver {
    // Longer than a stranger waits, who might yet turn out to be somebody's pod.
    const resolver = new Resolver({ timeout: 10_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${port}`]);
    resolver.setLocalAddress(tenant === undefined ? stranger : addresses[tenant]);
    return resolver;
  }

  async function populate(tenant: Tenant): Promise<void> {
    const kubectl = inTenant[tenant];
    await kubectl('run', 'client', '--image=client');
    await kubectl('create', 'service', 'clusterip', 'web', '--tcp=80:80');
    await kubectl('create', 'service', 'clusterip', `only-${tenant}`, '--tcp=80:80');
    await kubectl('create', 'service', 'externalname', 'alias', '--external-name=web.default.svc.cluster.local');
    await kubectl('create', 'namespace', 'data');
    const file = join(import.meta.dirname, 'dns-statefulset.yaml');
    await kubectl('apply', '--namespace', 'data', '-f', file);
    await kubectl('rollout', 'status', 'statefulset/db', '--namespace', 'data', '--timeout=90s');
    await kubectl('wait', 'pod/client', '--for=condition=Ready', '--timeout=90s');
    const ip = addresses[tenant];
    const status = JSON.stringify({ status: { podIP: ip, podIPs: [{ ip }] } });
    const copy = `client-x-default-x-${tenant}`;
    await host(
      'patch',
      'pod',
      copy,
      '--namespace',
      `sublet-${tenant}`,
      '--subresource=status',
      '--type=merge',
      '-p',
      status,
    );
  }

  async function clusterIp(tenant: Tenant, service: string): Promise<string> {
    return inTenant[tenant]('get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}');
  }

  async function code(question: Promise<unknown>): Promise<string> {
    return question.then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code ?? '',
    );
  }

  for (const tenant of tenants) {
    const other = tenant === 'one' ? 'two' : 'one';

    test(`tenant ${tenant}: its services, by name and back`, async () => {
      const ip = await clusterIp(tenant, 'web');
      await eventually(async () => assert.deepEqual(await ask(tenant).resolve4('web.default.svc.cluster.local'), [ip]));
      assert.deepEqual(await ask(tenant).resolve4('alias.default.svc.cluster.local'), [ip]);
      assert.deepEqual(await ask(tenant).reverse(ip), ['web.default.svc.cluster.local']);
      const [srv] = await ask(tenant).resolveSrv('_80-80._tcp.web.default.svc.cluster.local');
      assert.deepEqual([srv?.name, srv?.port], ['web.default.svc.cluster.local', 80]);
    });

    test(`tenant ${tenant}: the pods of a StatefulSet, by their own names`, async () => {
      const pods = await Promise.all(
        ['db-0', 'db-1'].map((name) =>
          inTenant[tenant]('get', 'pod', name, '-n', 'data', '-o', 'jsonpath={.status.podIP}'),
        ),
      );
      const name = 'db.data.svc.cluster.local';
      await eventually(async () => assert.deepEqual((await ask(tenant).resolve4(name)).toSorted(), pods.toSorted()));
      for (const [index, ip] of pods.entries()) {
        assert.deepEqual(await ask(tenant).resolve4(`db-${index}.${name}`), [ip]);
        assert.deepEqual(await ask(tenant).reverse(ip), [`db-${index}.${name}`]);
        assert.deepEqual(await ask(tenant).resolve4(`${ip.replaceAll('.', '-')}.data.pod.cluster.local`), [ip]);
      }
      const targets = await ask(tenant).resolveSrv(`_sql._tcp.${name}`);
      assert.deepEqual(targets.map((target) => `${target.name}:${target.port}`).toSorted(), [
        `db-0.${name}:5432`,
        `db-1.${name}:5432`,
      ]);
    });

    test(`tenant ${tenant}: kubernetes.default is its own API's Service`, async () => {
      const ip = await clusterIp(tenant, 'kubernetes');
      await eventually(async () =>
        assert.deepEqual(await ask(tenant).resolve4('kubernetes.default.svc.cluster.local'), [ip]),
      );
    });

    test(`tenant ${tenant}: nothing of tenant ${other} or of the host`, async () => {
      const names = [
        `only-${other}.default.svc.cluster.local`,
        `web-x-default-x-${other}.sublet-${other}.svc.cluster.local`,
        `web-x-default-x-${tenant}.sublet-${tenant}.svc.cluster.local`,
        `kubernetes.default.svc.cluster.local.sublet-${other}.svc.cluster.local`,
        `${addresses[other].replaceAll('.', '-')}.default.pod.cluster.local`,
      ];
      for (const name of names) assert.equal(await code(ask(tenant).resolve4(name)), 'ENOTFOUND', name);
      assert.equal(await code(ask(tenant).reverse(await clusterIp(other, 'web'))), 'ENOTFOUND');
      const hosts = await host('get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}');
      assert.equal(await code(ask(tenant).reverse(hosts)), 'ENOTFOUND');
    });
  }

  test('who is no pod of anybody is refused', async () => {
    assert.equal(await code(ask(undefined).resolve4('web.default.svc.cluster.local')), 'EREFUSED');
  });

  test("a tenant's DNS goes on while its process is stopped, with what changes on the host meanwhile", async () => {
    const pid = await processOf('one');
    process.kill(pid, 'SIGSTOP');
    try {
      await assert.rejects(inTenant.one('get', 'pods', '--request-timeout=2s'));
      assert.equal((await ask('one').resolve4('db.data.svc.cluster.local')).length, 2);
      await host('delete', 'pod', 'db-1-x-data-x-one', '--namespace', 'sublet-one', '--wait=false');
      await eventually(async () => assert.equal((await ask('one').resolve4('db.data.svc.cluster.local')).length, 1));
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  test('a Service that is deleted is no longer known, one that is made is', async () => {
    await inTenant.two('delete', 'service', 'only-two');
    await inTenant.two('create', 'service', 'clusterip', 'new', '--tcp=80:80');
    await eventually(async () => {
      assert.equal(await code(ask('two').resolve4('only-two.default.svc.cluster.local')), 'ENOTFOUND');
      assert.equal(await code(ask('two').resolve4('new.default.svc.cluster.local')), 'answered');
    });
  });

  async function processOf(tenant: Tenant): Promise<number> {
    const children = (await readFile(`/proc/${up.pid}/task/${up.pid}/children`, 'utf8')).trim().split(' ');
    for (const child of children) {
      const command = await readFile(`/proc/${child}/cmdline`, 'utf8');
      if (command.includes(join('tenants', tenant, 'config.json'))) return Number(child);
    }
    throw new Error(`tenant ${tenant} has no process`);
  }
}
