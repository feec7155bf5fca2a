import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configuredName } from './domain-name.ts';
import type { ResourceRecord } from './resource-record.ts';
import type { EndpointGroup, ServiceView, TenantView } from './tenant-view.ts';
import { recordType } from './wire.ts';
import { answerForAddress, answerInZone, type Zone } from './zone-answer.ts';

const zone: Zone = { name: configuredName('cluster.local'), ttl: 5, servers: ['10.96.0.10'] };
const http = { name: 'http', protocol: 'TCP', port: 80 };
const metrics = { name: 'metrics', protocol: 'TCP', port: 9090 };
const dns = { name: 'dns', protocol: 'UDP', port: 53 };

function service(name: string, rest: Partial<ServiceView> = {}): ServiceView {
  return { namespace: 'default', name, type: 'cluster', addresses: [], ports: [http], externalName: '', ...rest };
}

const services: readonly ServiceView[] = [
  service('web', { addresses: ['10.96.1.1', 'fd00::1'], ports: [http, dns] }),
  service('db', { type: 'headless', ports: [http, metrics] }),
  service('bare', { type: 'headless', ports: [] }),
  service('idle', { type: 'headless' }),
  service('out', { type: 'external', externalName: 'www.example.com' }),
  service('here', { type: 'external', externalName: 'web.default.svc.cluster.local.' }),
  service('twice', { type: 'external', externalName: 'here.default.svc.cluster.local' }),
  service('loop', { type: 'external', externalName: 'pool.default.svc.cluster.local' }),
  service('pool', { type: 'external', externalName: 'loop.default.svc.cluster.local' }),
  service('self', { type: 'external', externalName: 'self.default.svc.cluster.local' }),
  service('address', { type: 'external', externalName: '10.1.2.3' }),
  service('odd', { type: 'external', externalName: 'a..b' }),
];

const groups: Readonly<Record<string, readonly EndpointGroup[]>> = {
  web: [{ endpoints: [{ address: '10.244.0.9', hostname: undefined }], ports: [http, dns] }],
  db: [
    {
      endpoints: [
        { address: '10.244.0.1', hostname: 'db-0' },
        { address: '10.244.0.2', hostname: 'db-1' },
      ],
      ports: [http, metrics],
    },
    { endpoints: [{ address: 'fd00:1::', hostname: undefined }], ports: [http, metrics] },
  ],
  bare: [{ endpoints: [{ address: '10.244.0.7', hostname: undefined }], ports: [] }],
};

const view: TenantView = {
  hasNamespace: (namespace) => namespace === 'default',
  service: (namespace, name) =>
    namespace === 'default' ? services.find((candidate) => candidate.name === name) : undefined,
  endpoints: ({ name }) => groups[name] ?? [],
  hasPod: (namespace, address) => namespace === 'default' && ['10.244.0.1', 'fd00:1::5'].includes(address),
  serviceAt: (address) => services.find(({ addresses }) => addresses.includes(address)),
  endpointsAt: (address) =>
    services.flatMap((found) =>
      (groups[found.name] ?? [])
        .flatMap(({ endpoints }) => [...endpoints])
        .filter((endpoint) => endpoint.address === address)
        .map((endpoint) => ({ service: found, endpoint })),
    ),
};

const typeNames = new Map<number, string>(Object.entries(recordType).map(([name, type]) => [type, name]));

function text({ name, type, ttl, data }: ResourceRecord): string {
  const head = `${name.join('.')} ${ttl} ${typeNames.get(type)}`;
  switch (data.kind) {
    case 'address':
      return `${head} ${data.bytes.length === 4 ? data.bytes.join('.') : Buffer.from(data.bytes).toString('hex')}`;
    case 'name':
      return `${head} ${data.name.join('.')}`;
    case 'service':
      return `${head} ${data.priority} ${data.weight} ${data.port} ${data.target.join('.')}`;
    case 'text':
      return `${head} ${data.text}`;
    case 'authority':
      return `${head} ${data.server.join('.')} ${data.mailbox.join('.')} ${data.minimum}`;
  }
}

/** Records, after a `+` the additional ones; or what there is instead. */
function answered(name: string, type: keyof typeof recordType): readonly string[] {
  const found = answerInZone(view, zone, configuredName(name), recordType[type], {
    targetsMax: 1000,
    looked: 0,
    isCut: false,
  });
  if (found.kind === 'records')
    return [...found.answers.map(text), ...found.additionals.map((record) => `+ ${text(record)}`)];
  if (found.kind === 'follow') return [...found.answers.map(text), `follow ${found.target.join('.')}`];
  return [found.kind];
}

const web = 'web.default.svc.cluster.local';
const db = 'db.default.svc.cluster.local';

const cases: readonly [what: string, name: string, type: keyof typeof recordType, answer: readonly string[]][] = [
  ['a service: its cluster IP', web, 'A', [`${web} 5 A 10.96.1.1`]],
  ['a service of both families', web, 'AAAA', [`${web} 5 AAAA fd000000000000000000000000000001`]],
  ['a service has no text', web, 'TXT', ['no-data']],
  ['a headless service: all that is ready', db, 'A', [`${db} 5 A 10.244.0.1`, `${db} 5 A 10.244.0.2`]],
  ['a headless service, IPv6', db, 'AAAA', [`${db} 5 AAAA fd000001000000000000000000000000`]],
  [
    'a headless service without ports',
    'bare.default.svc.cluster.local',
    'A',
    ['bare.default.svc.cluster.local 5 A 10.244.0.7'],
  ],
  ['a headless service without ports has no SRV', 'bare.default.svc.cluster.local', 'SRV', ['no-data']],
  ['a headless service where nothing is ready', 'idle.default.svc.cluster.local', 'A', ['no-name']],
  ['a pod by its host name', `db-0.${db}`, 'A', [`db-0.${db} 5 A 10.244.0.1`]],
  ['a pod by its host name has no IPv6 address', `db-0.${db}`, 'AAAA', ['no-data']],
  [
    'an endpoint without a host name, by its address',
    `fd00-1--0.${db}`,
    'AAAA',
    [`fd00-1--0.${db} 5 AAAA fd000001000000000000000000000000`],
  ],
  ['an endpoint of a service with a cluster IP', `10-244-0-9.${web}`, 'A', [`10-244-0-9.${web} 5 A 10.244.0.9`]],
  ['a pod that is not there', `db-9.${db}`, 'A', ['no-name']],
  [
    'a port of a service',
    `_http._tcp.${web}`,
    'SRV',
    [
      `_http._tcp.${web} 5 SRV 0 50 80 ${web}`,
      `+ ${web} 5 A 10.96.1.1`,
      `+ ${web} 5 AAAA fd000000000000000000000000000001`,
    ],
  ],
  [
    'a port over another protocol',
    `_dns._udp.${web}`,
    'SRV',
    [
      `_dns._udp.${web} 5 SRV 0 50 53 ${web}`,
      `+ ${web} 5 A 10.96.1.1`,
      `+ ${web} 5 AAAA fd000000000000000000000000000001`,
    ],
  ],
  ['a port that is not there', `_ftp._tcp.${web}`, 'SRV', ['no-name']],
  ['a port under the wrong protocol', `_http._udp.${web}`, 'SRV', ['no-name']],
  [
    'a port of a headless service: its pods by name',
    `_metrics._tcp.${db}`,
    'SRV',
    [
      `_metrics._tcp.${db} 5 SRV 0 33 9090 db-0.${db}`,
      `_metrics._tcp.${db} 5 SRV 0 33 9090 db-1.${db}`,
      `_metrics._tcp.${db} 5 SRV 0 33 9090 fd00-1--0.${db}`,
      `+ db-0.${db} 5 A 10.244.0.1`,
      `+ db-1.${db} 5 A 10.244.0.2`,
      `+ fd00-1--0.${db} 5 AAAA fd000001000000000000000000000000`,
    ],
  ],
  ['addresses behind a port', `_http._tcp.${web}`, 'A', [`_http._tcp.${web} 5 A 10.96.1.1`]],
  [
    'an alias is followed elsewhere',
    'out.default.svc.cluster.local',
    'A',
    ['out.default.svc.cluster.local 5 CNAME www.example.com', 'follow www.example.com'],
  ],
  [
    'an alias itself',
    'out.default.svc.cluster.local',
    'CNAME',
    ['out.default.svc.cluster.local 5 CNAME www.example.com'],
  ],
  ['an alias has no ports', '_http._tcp.out.default.svc.cluster.local', 'SRV', ['no-name']],
  [
    'an alias of a service of the same tenant',
    'here.default.svc.cluster.local',
    'A',
    [`here.default.svc.cluster.local 5 CNAME ${web}`, `${web} 5 A 10.96.1.1`],
  ],
  [
    'an alias of an alias',
    'twice.default.svc.cluster.local',
    'A',
    [
      'twice.default.svc.cluster.local 5 CNAME here.default.svc.cluster.local',
      `here.default.svc.cluster.local 5 CNAME ${web}`,
      `${web} 5 A 10.96.1.1`,
    ],
  ],
  ['aliases in a circle', 'loop.default.svc.cluster.local', 'A', ['no-data']],
  ['an alias of itself', 'self.default.svc.cluster.local', 'A', ['no-name']],
  ['an alias of an address is none', 'address.default.svc.cluster.local', 'A', ['no-name']],
  ['an alias of what is no name', 'odd.default.svc.cluster.local', 'A', ['no-name']],
  [
    'a pod by its address',
    '10-244-0-1.default.pod.cluster.local',
    'A',
    ['10-244-0-1.default.pod.cluster.local 5 A 10.244.0.1'],
  ],
  [
    'a pod by its IPv6 address',
    'fd00-1--5.default.pod.cluster.local',
    'AAAA',
    ['fd00-1--5.default.pod.cluster.local 5 AAAA fd000001000000000000000000000005'],
  ],
  ['no pod has this address', '10-244-0-2.default.pod.cluster.local', 'A', ['no-name']],
  ['a pod in another namespace', '10-244-0-1.other.pod.cluster.local', 'A', ['no-name']],
  ['what is no address', 'x-y.default.pod.cluster.local', 'A', ['no-name']],
  ['a label before a pod', 'a.10-244-0-1.default.pod.cluster.local', 'A', ['no-name']],
  ['a namespace has nothing of its own', 'default.svc.cluster.local', 'A', ['no-data']],
  ['a namespace that is not there', 'other.svc.cluster.local', 'A', ['no-name']],
  ['a service that is not there', 'nothing.default.svc.cluster.local', 'A', ['no-name']],
  ['too many labels', `a.b.c.${web}`, 'A', ['no-name']],
  ['svc', 'svc.cluster.local', 'A', ['no-data']],
  ['pod', 'pod.cluster.local', 'A', ['no-data']],
  ['neither svc nor pod', 'web.default.cluster.local', 'A', ['no-name']],
  ['the zone', 'cluster.local', 'SOA', ['cluster.local 5 SOA ns.dns.cluster.local hostmaster.cluster.local 5']],
  [
    "the zone's server",
    'cluster.local',
    'NS',
    ['cluster.local 5 NS ns.dns.cluster.local', '+ ns.dns.cluster.local 5 A 10.96.0.10'],
  ],
  ["the zone's server, its address", 'ns.dns.cluster.local', 'A', ['ns.dns.cluster.local 5 A 10.96.0.10']],
  ["the zone's server has no IPv6 address", 'ns.dns.cluster.local', 'AAAA', ['no-data']],
  [
    'the version of the specification',
    'dns-version.cluster.local',
    'TXT',
    ['dns-version.cluster.local 28800 TXT 1.1.0'],
  ],
  ['the version is a text', 'dns-version.cluster.local', 'A', ['no-data']],
];

for (const [what, name, type, answer] of cases)
  test(`${type} ${name}: ${what}`, () => assert.deepEqual(answered(name, type), answer));

test('what leads back: a service from its cluster IP, endpoints from theirs; from others, nothing', () => {
  const name = ['1', '0', '244', '10', 'in-addr', 'arpa'];
  const targets = (address: string): readonly string[] | undefined =>
    answerForAddress(view, zone, name, address)?.map((record) => text(record).split(' ').slice(2).join(' '));
  assert.deepEqual(targets('10.96.1.1'), [`PTR ${web}`]);
  assert.deepEqual(targets('fd00::1'), [`PTR ${web}`]);
  assert.deepEqual(targets('10.244.0.1'), [`PTR db-0.${db}`]);
  assert.deepEqual(targets('10.244.0.7'), ['PTR 10-244-0-7.bare.default.svc.cluster.local']);
  assert.equal(targets('10.244.0.200'), undefined);
});
