import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { endpointName, nameHost } from './host-name.ts';
import type { PodSpec } from './pod-view.ts';

const long = `${'a'.repeat(62)}-${'b'.repeat(30)}`;

const cases: readonly { name: string; pod?: string; fields: JsonObject; named: JsonObject }[] = [
  { name: 'its own name', fields: {}, named: { hostname: 'web' } },
  { name: 'what it asks for', fields: { hostname: 'asked' }, named: { hostname: 'asked' } },
  {
    name: 'cut where a kernel cuts, and not behind a dash',
    pod: long,
    fields: {},
    named: { hostname: 'a'.repeat(62) },
  },
  { name: 'no subdomain: it would be the host’s', fields: { subdomain: 'db' }, named: { hostname: 'web' } },
  { name: 'a name with dots is no label', pod: 'web.one', fields: {}, named: { hostnameOverride: 'web.one' } },
  {
    name: 'the whole name, where it asks for it',
    fields: { subdomain: 'db', setHostnameAsFQDN: true },
    named: { hostname: 'web', hostnameOverride: 'web.db.one.svc.cluster.local' },
  },
  { name: 'without a subdomain there is none', fields: { setHostnameAsFQDN: true }, named: { hostname: 'web' } },
  {
    name: 'in the node’s network nothing can be overridden',
    pod: 'web.one',
    fields: { hostNetwork: true, subdomain: 'db', setHostnameAsFQDN: true },
    named: { hostNetwork: true },
  },
  {
    name: 'its own override',
    fields: { hostnameOverride: 'mine.example.com' },
    named: { hostname: 'web', hostnameOverride: 'mine.example.com' },
  },
];

for (const { name, pod = 'web', fields, named } of cases) {
  test(`host name: ${name}`, () => {
    const spec: PodSpec = { containers: [], ...fields };
    nameHost(spec, pod, 'one', 'cluster.local');
    assert.deepEqual(spec, { containers: [], ...named });
  });
}

test('a pod has a name with its headless Service if it has both a host name and a subdomain', () => {
  const nameOf = (fields: JsonObject): string | undefined => endpointName({ containers: [], ...fields });
  assert.equal(nameOf({ hostname: 'db-0', subdomain: 'db' }), 'db-0.db');
  assert.equal(nameOf({ hostname: 'db-0' }), undefined);
  assert.equal(nameOf({ subdomain: 'db' }), undefined);
  assert.equal(nameOf({ hostname: '', subdomain: 'db' }), undefined);
});
