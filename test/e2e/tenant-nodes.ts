/** What a tenant sees of its host's nodes, and what comes of what it makes of them; on any host. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Stage } from './first-light.ts';
import { eventually, type Kubectl } from './sublet-up.ts';

export interface NodeStage extends Stage {
  /** Stops `sublet up` and starts it again, with these arguments besides. */
  readonly restart: (args: readonly string[]) => Promise<void>;
}

const namespace = 'on-nodes';

export function testTenantNodes({ tenant, host, folder, hostNamespace, restart }: NodeStage): void {
  test('a tenant sees the nodes on which its pods run, and nothing more of them', async () => {
    await tenant()('create', 'namespace', namespace);
    await tenant()('create', 'deployment', 'web', '--image=web', '--replicas=3', '--namespace', namespace);
    await tenant()('rollout', 'status', 'deployment', 'web', '--timeout=60s', '--namespace', namespace);
    const used = new Set(await names(tenant(), 'pods', '{.items[*].spec.nodeName}', '--namespace', namespace));
    assert.deepEqual((await names(tenant(), 'nodes')).toSorted(), [...used].toSorted());
    assert.match(await tenant()('get', 'nodes', '-o', 'wide'), /Ready +<none> +\S+ +v1\.\d+\.\d+ +172\.30\.0\.\d+/);
    const said = await tenant()('get', 'nodes', '-o', 'json');
    for (const word of ['simulated', 'Sublet simulation', 'podCIDR', 'providerID', '256Gi'])
      assert.ok(!said.includes(word), word);
    assert.match(await tenant()('describe', 'node', [...used][0] ?? ''), /Non-terminated Pods: +\(\d+ in total\)/);
    await create('nowhere', '{"nodeName":"there-is-no-such-node"}');
    await tenant()('delete', 'deployment', 'web', '--namespace', namespace);
    await eventually(async () => assert.deepEqual(await names(tenant(), 'nodes'), []), 20_000);
    await tenant()('delete', 'namespace', namespace, '--timeout=60s');
    await assert.rejects(account('get', 'nodes'), /[Ff]orbidden/);
  });

  test('where the operator says so, it sees the host’s nodes as they are', async () => {
    await restart(['--from-host', 'nodes:kubernetes.io/os=linux']);
    const columns =
      '{range .items[*]}{.metadata.name} {.metadata.labels} {.status.capacity} {.status.addresses}{"\\n"}{end}';
    const onHost = await host()('get', 'nodes', '-o', `jsonpath=${columns}`);
    await eventually(
      async () => assert.equal(await tenant()('get', 'nodes', '-o', `jsonpath=${columns}`), onHost),
      30_000,
    );
    assert.equal((await names(tenant(), 'nodes')).length, 3);
    assert.doesNotMatch(await tenant()('get', 'nodes'), /NotReady/);
    await account('get', 'nodes');
    await assert.rejects(account('label', 'node', 'node-1', 'a=b'), /[Ff]orbidden/);
  });

  test('labels, taints and cordons of its own count for its pods, those of the host as well', async () => {
    await tenant()('create', 'namespace', namespace);
    await tenant()('label', 'node', 'node-2', 'tenant.example/disk=fast');
    await run('chosen', '{"nodeSelector":{"tenant.example/disk":"fast"}}');
    assert.equal(await nodeOf('chosen'), 'node-2');
    await tenant()('taint', 'node', 'node-1', 'tenant.example/keep-off=:NoSchedule');
    await tenant()('cordon', 'node-2');
    await run('elsewhere', '{}');
    assert.equal(await nodeOf('elsewhere'), 'node-3');
    await host()('label', 'node', 'node-1', 'host.example/disk=slow');
    await eventually(async () => {
      const labels = await tenant()('get', 'node', 'node-1', '-o', 'jsonpath={.metadata.labels}');
      assert.match(labels, /host\.example\/disk/);
    });
    await run('tolerant', '{"nodeSelector":{"host.example/disk":"slow"},"tolerations":[{"operator":"Exists"}]}');
    assert.equal(await nodeOf('tolerant'), 'node-1');
    assert.match(await tenant()('get', 'nodes'), /node-2 +Ready,SchedulingDisabled/);
    assert.doesNotMatch(await host()('get', 'nodes', '-o', 'json'), /tenant\.example/);
  });

  test('a pod that waits goes where the tenant lets it, as soon as it does', async () => {
    await create('waiting', '{"nodeSelector":{"tenant.example/late":"yes"}}');
    await eventually(async () => {
      const said = await tenant()(
        'get',
        'events',
        '--namespace',
        namespace,
        '--field-selector',
        'involvedObject.name=waiting',
      );
      assert.match(said, /FailedScheduling.*node affinity\/selector/);
    });
    await tenant()('label', 'node', 'node-3', 'tenant.example/late=yes');
    await ready('waiting');
    assert.equal(await nodeOf('waiting'), 'node-3');
  });

  test('who names a node goes there', async () => {
    await run('bound', '{"nodeName":"node-1"}');
    assert.equal(await nodeOf('bound'), 'node-1');
  });

  test('a node that the tenant deletes comes back; one that it makes is its own', async () => {
    const uid = await tenant()('get', 'node', 'node-3', '-o', 'jsonpath={.metadata.uid}');
    await tenant()('delete', 'node', 'node-3');
    await eventually(async () => {
      const found = await tenant()('get', 'node', 'node-3', '-o', 'jsonpath={.metadata.uid}');
      assert.notEqual(found, uid);
    });
    const made = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'made-here', labels: { own: 'yes' } } };
    const file = join(folder(), 'made-here.json');
    writeFileSync(file, JSON.stringify(made));
    await tenant()('create', '-f', file);
    await restart([]);
    await eventually(async () => {
      const seen = await names(tenant(), 'nodes');
      const used = await names(tenant(), 'pods', '{.items[*].spec.nodeName}', '--namespace', namespace);
      assert.deepEqual(seen.toSorted(), [...new Set([...used, 'made-here'])].toSorted());
    });
    assert.equal(await tenant()('get', 'node', 'made-here', '-o', 'jsonpath={.metadata.labels}'), '{"own":"yes"}');
    await assert.rejects(account('get', 'nodes'), /[Ff]orbidden/);
    await tenant()('delete', 'node', 'made-here');
    await tenant()('delete', 'namespace', namespace, '--timeout=60s');
  });

  /** As the tenant's syncer. */
  async function account(...args: readonly string[]): Promise<string> {
    return host()(...args, '--as', `system:serviceaccount:${hostNamespace}:sublet-demo`);
  }

  async function create(name: string, spec: string): Promise<void> {
    const overrides = `{"apiVersion":"v1","spec":${spec}}`;
    await tenant()('run', name, '--image=web', '--overrides', overrides, '--namespace', namespace);
  }

  async function ready(name: string): Promise<void> {
    await tenant()('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s', '--namespace', namespace);
  }

  async function run(name: string, spec: string): Promise<void> {
    await create(name, spec);
    await ready(name);
  }

  async function nodeOf(name: string): Promise<string> {
    return tenant()('get', 'pod', name, '--namespace', namespace, '-o', 'jsonpath={.spec.nodeName}');
  }
}

async function names(
  kubectl: Kubectl,
  kind: string,
  path = '{.items[*].metadata.name}',
  ...args: readonly string[]
): Promise<string[]> {
  const said = await kubectl('get', kind, '-o', `jsonpath=${path}`, ...args);
  return said.split(' ').filter((name) => name !== '');
}
