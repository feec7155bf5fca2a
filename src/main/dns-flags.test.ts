import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseDnsFlags, parseEndpoint } from './dns-flags.ts';

const folder = mkdtempSync(join(tmpdir(), 'sublet-dns-flags-'));
after(() => rmSync(folder, { recursive: true }));

const wrong: readonly [what: string, args: readonly string[], words: RegExp][] = [
  ['a flag that there is not', ['--zone', 'x'], /--zone/],
  ['a name to listen on', ['--listen', 'localhost:53'], /is not an address and a port/],
  ['no port to listen on', ['--listen', '127.0.0.1'], /is not an address and a port/],
  ['a port that there is not', ['--listen', '127.0.0.1:70000'], /is not an address/],
  ['a resolver by name', ['--upstream', 'dns.example.com'], /is not an address/],
  ['a range that is none', ['--internal', '10.0.0.0/99'], /is not a range of addresses/],
  ['a service without a namespace', ['--visible', 'metrics'], /is not namespace\/service/],
  ['a service under two names', ['--visible', 'a/b=c/d=e/f'], /is not namespace\/service/],
  ['a server by name', ['--server', 'dns'], /--server takes an address/],
  ['too long a time', ['--ttl', '86400'], /--ttl takes a number from 0 to 3600/],
  ['no rate', ['--rate', '0'], /--rate takes a number from 1/],
];

for (const [what, args, words] of wrong)
  test(`sublet dns does not take ${what}`, () => assert.throws(() => parseDnsFlags(args), words));

test('what is typed is what is set', () => {
  const typed =
    '--listen [::1]:5353 --upstream 10.0.0.1 --upstream [2001:db8::1]:5300 --internal corp.example --internal 203.0.113.0/24 ' +
    '--visible a/b --visible c/d=e/f --cluster-domain a.example --server 10.96.0.10 --ttl 30 --rate 50 --metrics 127.0.0.1:9153';
  const flags = parseDnsFlags(typed.split(' '));
  const { internalRanges, ...settings } = flags?.settings ?? assert.fail('help was not asked for');
  assert.equal(internalRanges.length, 1);
  assert.deepEqual(settings, {
    listen: { address: '::1', port: 5353 },
    upstreams: [
      { address: '10.0.0.1', port: 53 },
      { address: '2001:db8::1', port: 5300 },
    ],
    clusterDomain: 'a.example',
    hostDomain: 'cluster.local',
    internalZones: ['corp.example'],
    visible: [
      { host: 'a/b', as: 'a/b' },
      { host: 'c/d', as: 'e/f' },
    ],
    tenants: {},
    servers: ['10.96.0.10'],
    ttlSeconds: 30,
    queriesPerSecond: 50,
    metrics: { address: '127.0.0.1', port: 9153 },
  });
});

test('what is different for single tenants comes from a file, and nothing else may stand there', () => {
  const file = join(folder, 'tenants.json');
  const read = (text: string) => {
    writeFileSync(file, text);
    return parseDnsFlags(['--upstream', '10.0.0.1', '--tenants', file])?.settings.tenants;
  };
  assert.deepEqual(read('{"a": {"clusterDomain": "a.example", "visible": ["x/y=default/kubernetes"]}, "b": {}}'), {
    a: { clusterDomain: 'a.example', visible: [{ host: 'x/y', as: 'default/kubernetes' }] },
    b: { visible: [] },
  });
  assert.throws(() => read('[]'), /is not a JSON object/);
  assert.throws(() => read('{"a": {"domain": "x"}}'), /of a, only clusterDomain and a list visible can be said/);
  assert.throws(() => read('{"a": {"clusterDomain": "a..b"}}'), /is not a domain name/);
  assert.throws(() => read('{"a": {"visible": [1]}}'), /is not namespace\/service/);
});

test('an address of either family, with its port or the usual one', () => {
  assert.deepEqual(parseEndpoint('10.0.0.1', 53), { address: '10.0.0.1', port: 53 });
  assert.deepEqual(parseEndpoint('::1', 53), { address: '::1', port: 53 });
  assert.deepEqual(parseEndpoint('[::1]', 53), { address: '::1', port: 53 });
  assert.deepEqual(parseEndpoint('10.0.0.1:5353', 53), { address: '10.0.0.1', port: 5353 });
});
