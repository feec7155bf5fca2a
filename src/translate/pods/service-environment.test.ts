import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import type { PodSpec } from './pod-view.ts';
import { linkBytesMax, serviceVariables, tellServices } from './service-environment.ts';

type Port = { readonly name?: string; readonly port: number; readonly protocol?: string };

function service(name: string, clusterIP: string | undefined, ports: readonly Port[]): KubeObject {
  const spec = { ...(clusterIP === undefined ? {} : { clusterIP }), ports: ports.map((port) => ({ ...port })) };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'one' }, spec };
}

const api = service('kubernetes', '10.96.0.1', [{ name: 'https', port: 443, protocol: 'TCP' }]);
const apiVariables = {
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '443',
  KUBERNETES_SERVICE_PORT_HTTPS: '443',
  KUBERNETES_PORT: 'tcp://10.96.0.1:443',
  KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
  KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
  KUBERNETES_PORT_443_TCP_PORT: '443',
  KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
};

const cases: readonly { name: string; linked: readonly KubeObject[]; api?: KubeObject; made: object }[] = [
  { name: 'the API, and nothing else', api, linked: [], made: apiVariables },
  { name: 'nothing where there is no API yet', linked: [], made: {} },
  {
    name: 'several ports, of which only the first may have no name; dashes become underscores',
    linked: [
      service('my-db', '10.96.0.7', [
        { port: 53, protocol: 'UDP' },
        { name: 'query-x', port: 54 },
      ]),
    ],
    made: {
      MY_DB_SERVICE_HOST: '10.96.0.7',
      MY_DB_SERVICE_PORT: '53',
      MY_DB_SERVICE_PORT_QUERY_X: '54',
      MY_DB_PORT: 'udp://10.96.0.7:53',
      MY_DB_PORT_53_UDP: 'udp://10.96.0.7:53',
      MY_DB_PORT_53_UDP_PROTO: 'udp',
      MY_DB_PORT_53_UDP_PORT: '53',
      MY_DB_PORT_53_UDP_ADDR: '10.96.0.7',
      MY_DB_PORT_54_TCP: 'tcp://10.96.0.7:54',
      MY_DB_PORT_54_TCP_PROTO: 'tcp',
      MY_DB_PORT_54_TCP_PORT: '54',
      MY_DB_PORT_54_TCP_ADDR: '10.96.0.7',
    },
  },
  {
    name: 'not headless ones, nor those without an address, nor what no shell could name',
    linked: [
      service('headless', 'None', [{ port: 80 }]),
      service('late', undefined, [{ port: 80 }]),
      service('1st', '10.96.0.9', [{ port: 80 }]),
    ],
    made: {},
  },
  {
    name: 'addresses of IPv6 stand in brackets',
    linked: [service('six', 'fd00::1', [{ port: 80 }])],
    made: {
      SIX_SERVICE_HOST: 'fd00::1',
      SIX_SERVICE_PORT: '80',
      SIX_PORT: 'tcp://[fd00::1]:80',
      SIX_PORT_80_TCP: 'tcp://[fd00::1]:80',
      SIX_PORT_80_TCP_PROTO: 'tcp',
      SIX_PORT_80_TCP_PORT: '80',
      SIX_PORT_80_TCP_ADDR: 'fd00::1',
    },
  },
];

for (const { name, linked, api: ofApi, made } of cases) {
  test(`variables: ${name}`, () => {
    const { variables, leftOut } = serviceVariables({ api: ofApi, linked }, 1);
    assert.deepEqual(Object.fromEntries(variables), made);
    assert.equal(leftOut, 0);
  });
}

test('there is room for so many services; the rest is counted, and the API is always told of', () => {
  const linked = Array.from({ length: 3000 }, (_, index) =>
    service(`service-${String(index).padStart(5, '0')}`, '10.96.0.7', [{ port: 80 }]),
  );
  const { variables, leftOut } = serviceVariables({ api, linked: linked.toReversed() }, 2);
  const bytes = JSON.stringify([...variables].map(([name, value]) => ({ name, value }))).length;
  assert.ok(2 * bytes <= linkBytesMax + 2 * 1024, `${bytes}`);
  assert.ok(leftOut > 2000 && leftOut < 3000, `${leftOut}`);
  assert.equal(variables.get('KUBERNETES_SERVICE_HOST'), '10.96.0.1');
  assert.equal(variables.get('SERVICE_00000_SERVICE_HOST'), '10.96.0.7');
  assert.equal(variables.has('SERVICE_02999_SERVICE_HOST'), false);
});

const variables = new Map([
  ['A', '1'],
  ['B', '2'],
]);

function told(env: PodSpec['containers'][number]['env'], given: readonly string[] = []): unknown {
  const spec: PodSpec = { containers: [{ name: 'c', image: 'c', ...(env ? { env } : {}) }] };
  tellServices(spec, variables, () => new Set(given));
  return spec.containers[0]?.env;
}

test('they come first, so that the container’s own may use them', () => {
  const own = { name: 'URL', value: 'https://$(A)' };
  assert.deepEqual(told([own]), [{ name: 'A', value: '1' }, { name: 'B', value: '2' }, own]);
});

test('what the container sets itself is left to it', () => {
  assert.deepEqual(told([{ name: 'A', value: 'mine' }]), [
    { name: 'B', value: '2' },
    { name: 'A', value: 'mine' },
  ]);
});

test('what it sets itself, but uses before, it sees as it is until then', () => {
  const own = [
    { name: 'OLD', value: '$(A)' },
    { name: 'A', value: 'mine' },
  ];
  assert.deepEqual(told(own), [{ name: 'A', value: '1' }, { name: 'B', value: '2' }, ...own]);
});

test('what it gets of config maps and secrets has the last word', () => {
  assert.deepEqual(told(undefined, ['B']), [{ name: 'A', value: '1' }]);
});

test('init and ephemeral containers are told, too', () => {
  const container = { name: 'c', image: 'c' };
  const spec: PodSpec = {
    containers: [{ ...container }],
    initContainers: [{ ...container }],
    ephemeralContainers: [{ ...container }],
  };
  tellServices(spec, variables, () => new Set());
  for (const list of [spec.containers, spec.initContainers, spec.ephemeralContainers])
    assert.equal(list?.[0]?.env?.length, 2);
});
