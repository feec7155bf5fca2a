/** Services of a tenant that lead where their owner says, on any host. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Stage } from './first-light.ts';
import { eventually } from './sublet-up.ts';

const namespace = 'with-endpoints';
const service = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { ports: [{ port: 80 }], ...spec },
});
const written = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'old', namespace },
  subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }],
};
const slice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'new-1', namespace, labels: { 'kubernetes.io/service-name': 'new' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['192.0.2.2'], conditions: { ready: true } }],
  ports: [{ port: 80, protocol: 'TCP' }],
};
const items = [service('old', {}), written, service('new', {}), slice, service('pods', { selector: { run: 'web' } })];

export function testTenantEndpoints({ tenant, host, folder, hostNamespace }: Stage): void {
  const hostName = (name: string): string => `${name}-x-${namespace}-x-demo`;
  /** `name addresses`, of the slices that lead somewhere from a Service on the host. */
  const slices = async (of: string): Promise<readonly string[]> => {
    const path = '{range .items[*]}{.metadata.name} {.endpoints[*].addresses[*]}{"\\n"}{end}';
    const selector = `kubernetes.io/service-name=${hostName(of)}`;
    const args = ['--namespace', hostNamespace, '-l', selector, '-o', `jsonpath=${path}`];
    return (await host()('get', 'endpointslices', ...args)).split('\n').filter((line) => line.includes(' '));
  };
  const copies = async (plural: string): Promise<string> => {
    const path = '{range .items[*]}{.metadata.annotations.sublet\\.dev/name} {end}';
    const mine = ['--namespace', hostNamespace, '-l', `sublet.dev/namespace=${namespace}`];
    const names = (await host()('get', plural, ...mine, '-o', `jsonpath=${path}`)).split(' ');
    return names.filter((name) => name !== '').join(' ');
  };

  test('what the tenant writes of where a service leads, in either form, is so on the host', async () => {
    await tenant()('create', 'namespace', namespace);
    await tenant()('run', 'web', '--image=web', '--namespace', namespace);
    const file = join(folder(), 'endpoints.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await tenant()('apply', '-f', file);
    await eventually(async () => {
      assert.match((await slices('old')).join(), /^old-x-with-endpoints-x-demo-\w+ 192\.0\.2\.1$/);
      assert.deepEqual(await slices('new'), [`${hostName('new-1')} 192.0.2.2`]);
      assert.match((await slices('pods')).join(), /^pods-x-with-endpoints-x-demo-\w+ 10\.\d+\.\d+\.\d+$/);
    });
    assert.equal(await copies('endpoints'), 'old');
  });

  test('it follows what is changed there, and what selects, or no longer does', async () => {
    const change = '[{"op":"replace","path":"/subsets/0/addresses/0/ip","value":"192.0.2.9"}]';
    await tenant()('patch', 'endpoints', 'old', '--namespace', namespace, '--type=json', '-p', change);
    await eventually(async () => assert.match((await slices('old')).join(), / 192\.0\.2\.9$/));
    await tenant()('patch', 'service', 'new', '--namespace', namespace, '-p', '{"spec":{"selector":{"run":"web"}}}');
    await eventually(async () => {
      assert.match((await slices('new')).join(), /^new-x-with-endpoints-x-demo-\w+ 10\.\d+\.\d+\.\d+$/);
    });
    await tenant()('patch', 'service', 'pods', '--namespace', namespace, '-p', '{"spec":{"selector":null}}');
    await tenant()('patch', 'endpoints', 'pods', '--namespace', namespace, '--type=json', '-p', change);
    await eventually(async () => {
      const path = 'jsonpath={.subsets[*].addresses[*].ip}';
      const args = ['get', 'endpoints', hostName('pods'), '--namespace', hostNamespace, '-o', path];
      assert.equal(await host()(...args), '192.0.2.9');
    });
    await tenant()('delete', 'namespace', namespace, '--timeout=90s');
    await eventually(async () => {
      assert.equal(await copies('endpoints'), '');
      assert.deepEqual([...(await slices('old')), ...(await slices('new')), ...(await slices('pods'))], []);
    });
  });
}
