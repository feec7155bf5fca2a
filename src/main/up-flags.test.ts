import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUpFlags } from './up-flags.ts';

const addresses: readonly { typed: readonly string[]; advertised: string | undefined }[] = [
  { typed: [], advertised: undefined },
  { typed: ['--address', '0.0.0.0'], advertised: undefined },
  { typed: ['--address', '192.0.2.1'], advertised: '192.0.2.1' },
  { typed: ['--address', '0.0.0.0', '--advertise-address', '192.0.2.2'], advertised: '192.0.2.2' },
];

for (const { typed, advertised } of addresses) {
  test(`what pods are sent to: up ${typed.join(' ')}`, () =>
    assert.equal(parseUpFlags(typed)?.advertiseAddress, advertised));
}

test('pods ask the host’s DNS, unless the tenant’s is named', () => {
  assert.equal(parseUpFlags([])?.dns, undefined);
  assert.deepEqual(parseUpFlags(['--cluster-dns', '10.0.0.10, 10.0.0.11', '--cluster-domain', 'a.example'])?.dns, {
    nameservers: ['10.0.0.10', '10.0.0.11'],
    clusterDomain: 'a.example',
  });
});

const refused: readonly (readonly string[])[] = [
  ['--advertise-address', '127.0.0.1'],
  ['--advertise-address', 'here'],
  ['--cluster-dns', 'dns.example'],
  ['--cluster-dns', ''],
  ['--cluster-domain', 'a.example'],
];

for (const typed of refused) test(`refused: up ${typed.join(' ')}`, () => assert.throws(() => parseUpFlags(typed)));
