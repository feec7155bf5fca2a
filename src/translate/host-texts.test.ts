import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markOn, nameOn } from '../api/side.ts';
import { namesInPod, scrubber } from './host-texts.ts';
import { placeOf } from './marks.ts';
import { hostName } from './names.ts';
import { tokenSecretName } from './pods/tokens.ts';

const place = placeOf({ tenant: 'a', hostNamespace: 'host-ns' });
const longName = `p${'-long'.repeat(11)}`;
const about = { namespace: nameOn('tenant', 'one'), name: nameOn('tenant', 'web'), uid: 'u' };
const digested = hostName('a', about.namespace, nameOn('tenant', longName));
const tokens = tokenSecretName('a', about.namespace, about.name);
const pod = markOn('tenant', {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'one' },
  spec: { containers: [], volumes: [{ name: 'v', secret: { secretName: longName } }] },
});

const cases: readonly (readonly [name: string, host: string, tenant: string])[] = [
  ['its own name', 'pod web-x-one-x-a is gone', 'pod web is gone'],
  ['its own name, quoted and with its namespace', 'object "host-ns"/"web-x-one-x-a"', 'object "one"/"web"'],
  ['the host namespace as a bare word', 'Back-off in namespace host-ns.', 'Back-off in namespace one.'],
  ['another copy’s name', 'secret "conf-x-one-x-a" not found', 'secret "conf" not found'],
  ['a name with dots, at the end of a sentence', 'no kube-root-ca.crt-x-one-x-a.', 'no kube-root-ca.crt.'],
  ['a domain', 'lookup svc-x-two-x-a.host-ns.svc.cluster.local', 'lookup svc.one.svc.cluster.local'],
  ['a kubelet’s way to say both', 'web-x-one-x-a_host-ns(uid)', 'web_one(uid)'],
  ['a digested name that the pod names', `secret "${digested}" not found`, `secret "${longName}" not found`],
  ['the secret of its tokens', `secret "${tokens}" not found`, 'secret "web-tokens" not found'],
  [
    'a digested name that nobody knows',
    `no ${hostName('a', about.namespace, nameOn('tenant', `q${longName}`))}`,
    'no qp-long-long-long-long-long-long-lon',
  ],
  ['words that only contain the host namespace', 'host-ns2 and my-host-ns', 'host-ns2 and my-host-ns'],
  ['another tenant’s name, which is not ours to read', 'web-x-one-x-b', 'web-x-one-x-b'],
  ['nothing of the host', 'Started container c-x-y', 'Started container c-x-y'],
];

for (const [name, host, tenant] of cases) {
  test(`texts of the host: ${name}`, () => {
    assert.equal(scrubber(place, about, namesInPod(place, pod))(host), tenant);
  });
}

test('texts of the host: long ones that only look like names take no time', () => {
  const began = process.hrtime.bigint();
  scrubber(place, about)('a-x-'.repeat(100_000));
  scrubber(place, about)('a.'.repeat(3_000));
  assert.ok(process.hrtime.bigint() - began < 2_000_000_000n);
});
