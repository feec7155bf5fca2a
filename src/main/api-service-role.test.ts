import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAdvertised, clusterDns, dialable, inClusterOf } from './api-service-role.ts';
import type { TenantConfig } from './role-config.ts';

function settings(config: Partial<TenantConfig>) {
  // A door: only these fields are looked at.
  return inClusterOf(config as TenantConfig);
}

test('who says nothing has pods that ask the host’s DNS, and a copy of its API’s Service', () => {
  assert.deepEqual(settings({}), { apiIsOnHost: false });
});

test('an API behind a Service of the host has no copy, and a DNS its domain', () => {
  assert.deepEqual(settings({ apiService: { name: 'demo' }, dns: { nameservers: ['10.0.0.10'] } }), {
    apiIsOnHost: true,
    dns: { nameservers: ['10.0.0.10'], clusterDomain: 'cluster.local' },
  });
});

const refused: readonly { name: string; run: () => unknown; words: RegExp }[] = [
  {
    name: 'two ways to the API',
    run: () => settings({ apiService: { name: 'demo' }, advertise: { address: '10.0.0.1' } }),
    words: /not both/,
  },
  {
    name: 'a name to advertise',
    run: () => checkAdvertised('example.com'),
    words: /is an IP address, not example\.com/,
  },
  { name: 'a loopback address', run: () => checkAdvertised('127.0.0.1'), words: /another machine/ },
  { name: 'all addresses', run: () => checkAdvertised('::'), words: /another machine/ },
  { name: 'a nameserver by name', run: () => clusterDns(['dns']), words: /is an IP address, not dns/ },
  { name: 'no nameserver', run: () => clusterDns([]), words: /one to 3 nameservers, not 0/ },
  {
    name: 'more of them than a pod may have',
    run: () => clusterDns(['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4']),
    words: /one to 3 nameservers, not 4/,
  },
  { name: 'a domain that is none', run: () => clusterDns(['1.1.1.1'], 'Not a domain'), words: /not Not a domain/ },
];

for (const { name, run, words } of refused) test(`refused: ${name}`, () => assert.throws(run, words));

test('what listens everywhere is reached here by loopback', () => {
  assert.deepEqual(['0.0.0.0', '::', '10.0.0.1'].map(dialable), ['127.0.0.1', '::1', '10.0.0.1']);
});
