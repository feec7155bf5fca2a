import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { askClusterDns, type ClusterDns } from './cluster-dns.ts';
import type { PodSpec } from './pod-view.ts';

const dns: ClusterDns = { nameservers: ['10.96.0.10'], clusterDomain: 'cluster.local' };
const searches = ['one.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];
const options = [{ name: 'ndots', value: '5' }];

function asked(fields: JsonObject, of: ClusterDns = dns) {
  const spec: PodSpec = { containers: [], ...fields };
  const said = askClusterDns(spec, 'one', of);
  return { said, policy: spec['dnsPolicy'], config: spec['dnsConfig'] };
}

const cases: readonly { name: string; fields: JsonObject; policy: unknown; config: unknown }[] = [
  {
    name: 'who says nothing asks the cluster’s',
    fields: {},
    policy: 'None',
    config: { nameservers: ['10.96.0.10'], searches, options },
  },
  {
    name: 'its own config comes behind; what is there already isn’t repeated',
    fields: {
      dnsPolicy: 'ClusterFirst',
      dnsConfig: {
        nameservers: ['1.2.3.4', '10.96.0.10'],
        searches: ['example.com', 'cluster.local'],
        options: [{ name: 'edns0' }, { name: 'timeout', value: '3' }],
      },
    },
    policy: 'None',
    config: {
      nameservers: ['10.96.0.10', '1.2.3.4'],
      searches: [...searches, 'example.com'],
      options: [...options, { name: 'edns0' }, { name: 'timeout', value: '3' }],
    },
  },
  {
    name: 'its own options have the last word',
    fields: { dnsConfig: { options: [{ name: 'ndots', value: '2' }] } },
    policy: 'None',
    config: { nameservers: ['10.96.0.10'], searches, options: [{ name: 'ndots', value: '2' }] },
  },
  {
    name: 'who is in the node’s network has the node’s',
    fields: { dnsPolicy: 'ClusterFirst', hostNetwork: true },
    policy: 'ClusterFirst',
    config: undefined,
  },
  {
    name: 'unless he asks for the cluster’s',
    fields: { dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true },
    policy: 'None',
    config: { nameservers: ['10.96.0.10'], searches, options },
  },
  {
    name: 'Default stays',
    fields: { dnsPolicy: 'Default', dnsConfig: { searches: ['example.com'] } },
    policy: 'Default',
    config: { searches: ['example.com'] },
  },
  {
    name: 'None stays',
    fields: { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.2.3.4'] } },
    policy: 'None',
    config: { nameservers: ['1.2.3.4'] },
  },
];

for (const { name, fields, policy, config } of cases) {
  test(`DNS: ${name}`, () => assert.deepEqual(asked(fields), { said: [], policy, config }));
}

test('three nameservers at most, and it is said', () => {
  const { said, config } = asked({ dnsConfig: { nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3'] } });
  assert.deepEqual((config as JsonObject)['nameservers'], ['10.96.0.10', '1.1.1.1', '2.2.2.2']);
  assert.deepEqual(said, [
    'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.96.0.10 1.1.1.1 2.2.2.2',
  ]);
});

test('32 search domains at most, of 2048 characters, none of more than 253', () => {
  const long = 'a'.repeat(250);
  const many = Array.from({ length: 32 }, (_, index) => `d${index}.example.com`);
  const inAll = (list: string[]) =>
    (asked({ dnsConfig: { searches: list } }).config as { searches: string[] }).searches;
  assert.equal(inAll(many).length, 32);
  assert.deepEqual(inAll(['b'.repeat(254), 'x.com']), [...searches, 'x.com']);
  const wide = inAll(Array.from({ length: 10 }, (_, index) => `${long}${index}`));
  assert.ok(wide.join(' ').length <= 2048);
  assert.equal(wide.length, 3 + 7);
  const { said } = asked({ dnsConfig: { searches: many } });
  assert.match(
    said[0] ?? '',
    /^Search Line limits were exceeded, some search paths have been omitted, the applied search line is: one\.svc/,
  );
});
