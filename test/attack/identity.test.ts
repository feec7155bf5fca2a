/** Nobody is taken for somebody else: each attack over TLS, against an API server alone. Beside upstream: test/differential/identities.test.ts. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { realClock } from '../../src/main/real-clock.ts';
import { createCertificateAuthority, createSigningKey } from '../../src/tenancy/certificate-authority.ts';
import { get, post, type Call } from '../differential/case.ts';
import { callerCertificates } from '../differential/certificates.ts';
import { Side, type Kept } from '../differential/side.ts';
import { startSubletServer, type ServerCredentials, type SubletServer } from '../differential/sublet-server.ts';
import { byProof } from './identity/by-proof.ts';
import { byRight } from './identity/by-right.ts';
import type { IdentityAttack, Step } from './identity/identity-attack.ts';

let server: SubletServer;
let side: Side;
before(async () => {
  const credentials: ServerCredentials = {
    users: await createCertificateAuthority(realClock, 'users', 1),
    frontProxies: await createCertificateAuthority(realClock, 'proxies', 1),
    serviceAccountKey: await createSigningKey(),
    serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
  };
  server = await startSubletServer(credentials);
  side = new Side('Sublet', server.server, {
    authority: credentials.users.certificate,
    certificates: await callerCertificates(credentials),
    signingKey: credentials.serviceAccountKey,
    issuer: credentials.serviceAccountIssuer,
  });
});
after(async () => {
  side.close();
  await server.stop();
});

const families: Readonly<Record<string, readonly IdentityAttack[]>> = {
  'by a bad proof': byProof,
  'by a right that does not reach so far': byRight,
};

for (const [at, [name, attacks]] of Object.entries(families).entries()) {
  describe(name, () => {
    for (const [index, attack] of attacks.entries()) test(attack.name, () => run(attack.steps, `i${at}-${index}`));
  });
}

test('the server goes on, and the good are still good', async () => {
  const kept: Kept = new Map();
  assert.equal((await side.ask(get('/api/v1/namespaces/kube-system/secrets'), kept)).status, 200);
  const proxied = get('/api/v1/namespaces/kube-system/secrets', {
    as: 'front-proxy',
    headers: { 'x-remote-user': 'root', 'x-remote-group': 'system:masters' },
  });
  assert.equal((await side.ask(proxied, kept)).status, 200);
});

async function run(steps: readonly Step[], own: string): Promise<void> {
  const kept: Kept = new Map([['ns', own]]);
  await expectAnswer({ call: post('/api/v1/namespaces', { metadata: { name: own } }), expect: 'done' }, kept);
  const account = post(`/api/v1/namespaces/${own}/serviceaccounts`, { metadata: { name: 'default' } });
  await expectAnswer({ call: account, expect: 'done' }, kept);
  for (const step of steps) await expectAnswer(step, kept);
}

async function expectAnswer({ call, expect }: Step, kept: Kept): Promise<void> {
  const { status, text } = await answerOf(call, kept);
  const told = `${call.method} ${call.path}: ${status} ${text.slice(0, 1000)}`;
  if (expect === 'done') assert.ok(status >= 200 && status < 300, told);
  else if (expect === 'refused') assert.ok([0, 400, 413, 431].includes(status), told);
  else assert.equal(status, expect, told);
}

/** Status 0: there was none. */
async function answerOf(call: Call, kept: Kept): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const { status, body } = await side.ask(call, kept);
    return { status, text: body.toString() };
  } catch (error) {
    return { status: 0, text: String(error) };
  }
}
