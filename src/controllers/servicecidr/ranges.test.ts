import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIp } from '../../api/ip-address.ts';
import type { KubeObject } from '../../api/object.ts';
import { allocatedAddress, isFree, serviceAddresses } from './ranges.ts';

const range = (name: string, ...cidrs: string[]): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name },
  spec: { cidrs },
});
const small = range('small', '10.96.1.0/24');
const dual = range('dual', '10.96.1.0/24', 'fd00::/112');

const cases: readonly (readonly [string, KubeObject, readonly KubeObject[], readonly string[], boolean])[] = [
  ['no addresses', small, [], [], true],
  ['an address of its own', small, [], ['10.96.1.7'], false],
  ['an address of elsewhere', small, [], ['10.96.2.7'], true],
  ['the network’s own address and the broadcast address are nobody’s', small, [], ['10.96.1.0', '10.96.1.255'], true],
  ['of IPv6 the last address is one', dual, [], ['fd00::ffff'], false],
  ['of IPv6 the first is none', dual, [], ['fd00::'], true],
  ['a larger range holds it', small, [range('large', '10.96.0.0/16')], ['10.96.1.7'], true],
  ['an equal range holds it', small, [range('same', '10.96.1.0/24')], ['10.96.1.7'], true],
  ['a smaller range holds the address', small, [range('tiny', '10.96.1.0/28')], ['10.96.1.7'], true],
  ['a smaller range holds another address', small, [range('tiny', '10.96.1.0/28')], ['10.96.1.99'], false],
  [
    'a larger range that can’t give the address',
    range('s', '10.96.255.0/25'),
    [range('l', '10.96.0.0/16')],
    ['10.96.255.7'],
    true,
  ],
  ['only one of its two is held', dual, [range('large', '10.96.0.0/16')], ['10.96.1.7', 'fd00::7'], false],
  ['only one of its two is held, the other is free', dual, [range('large', '10.96.0.0/16')], ['10.96.1.7'], true],
];
for (const [name, object, others, addresses, expected] of cases)
  test(`${name}: ${expected ? 'free' : 'needed'}`, () =>
    assert.equal(
      isFree(
        object,
        [object, ...others],
        addresses.flatMap((address) => parseIp(address) ?? []),
      ),
      expected,
    ));

test('of IPAddress objects those count that Services are given from', () => {
  const address = (labels: Record<string, string>): KubeObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: '10.96.1.7', labels },
  });
  assert.equal(allocatedAddress(address({})), undefined);
  assert.equal(allocatedAddress(address({ 'ipaddress.kubernetes.io/managed-by': 'another' })), undefined);
  const own = allocatedAddress(address({ 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' }));
  assert.deepEqual(own, parseIp('10.96.1.7'));
});

test('a Service has the addresses that it says, and none when it is headless', () => {
  const service = (clusterIPs: string[]): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { clusterIPs },
  });
  assert.deepEqual(serviceAddresses(service(['10.96.1.7', 'fd00::7'])), [parseIp('10.96.1.7'), parseIp('fd00::7')]);
  assert.deepEqual(serviceAddresses(service(['None'])), []);
});
