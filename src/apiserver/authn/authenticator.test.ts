import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { ApiRequest, Peer } from '../../api/exchange.ts';
import type { Clock } from '../../lib/clock.ts';
import { createCertificateAuthority, issueCertificate } from '../../tenancy/certificate-authority.ts';
import { unionAuthenticator, type Authentication } from './authenticator.ts';
import { bearerTokenAuthenticator, staticTokens } from './bearer-tokens.ts';
import { certificateAuthenticator } from './certificates.ts';

let now = Date.parse('2026-06-01T00:00:00Z');
const clock: Clock = { now: () => now, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };
const authority = await createCertificateAuthority(clock, 'ca', 10);

async function certificate(commonName: string, organizations: string[] = []): Promise<Peer> {
  const { certificate } = await issueCertificate(clock, authority, {
    commonName,
    organizations,
    usage: 'client',
    validityDays: 1,
  });
  return { certificate: new X509Certificate(certificate).raw };
}

const authenticator = unionAuthenticator([
  certificateAuthenticator(clock),
  bearerTokenAuthenticator(staticTokens(new Map([['secret', { name: 'tokened', groups: ['g'] }]]))),
]);

async function authenticate(request: Partial<ApiRequest>): Promise<Authentication> {
  const { signal } = new AbortController();
  return authenticator.authenticate({
    method: 'GET',
    path: '/',
    query: '',
    headers: {},
    body: new Uint8Array(),
    signal,
    ...request,
  });
}

async function user(request: Partial<ApiRequest>): Promise<[name: string, groups: readonly string[]] | string> {
  const result = await authenticate(request);
  return result.outcome === 'authenticated' ? [result.user.name, result.user.groups] : result.outcome;
}

test('a certificate: its common name, and its organizations as groups', async () => {
  const peer = await certificate('jane', ['dev', 'system:masters']);
  assert.deepEqual(await user({ peer }), ['jane', ['dev', 'system:masters', 'system:authenticated']]);
  const result = await authenticate({ peer });
  const extra = result.outcome === 'authenticated' ? result.user.extra : undefined;
  assert.match(extra?.['authentication.kubernetes.io/credential-id']?.[0] ?? '', /^X509SHA256=[0-9a-f]{64}$/);
});

test('names cannot smuggle in groups', async () => {
  for (const name of ['jane\nO=system:masters', 'jane,O=system:masters', 'jane/O=system:masters']) {
    assert.deepEqual(await user({ peer: await certificate(name) }), [name, ['system:authenticated']]);
  }
});

test('a certificate that ends while its connection lives', async () => {
  const peer = await certificate('jane');
  assert.deepEqual(await user({ peer }), ['jane', ['system:authenticated']]);
  now += 2 * 86_400_000;
  assert.equal(await user({ peer }), 'failed');
  now -= 2 * 86_400_000;
});

test('a certificate that the TLS layer refused is no identity, and no anonymity', async () => {
  assert.equal(await user({ peer: { certificateError: 'CERT_HAS_EXPIRED' } }), 'failed');
});

test('bearer tokens', async () => {
  for (const authorization of ['Bearer secret', 'bearer secret', ' Bearer secret ', 'Bearer secret more']) {
    assert.deepEqual(
      await user({ headers: { authorization } }),
      ['tokened', ['g', 'system:authenticated']],
      authorization,
    );
  }
  for (const authorization of ['Bearer wrong', 'Bearer secre', 'Bearer secretx', 'Bearer SECRET']) {
    assert.equal(await user({ headers: { authorization } }), 'failed', authorization);
  }
});

test('a good token makes up for a bad certificate', async () => {
  const request = { headers: { authorization: 'Bearer secret' }, peer: { certificateError: 'x' } };
  assert.deepEqual(await user(request), ['tokened', ['g', 'system:authenticated']]);
});

test('who shows nothing, or nothing that is known, is anonymous', async () => {
  for (const headers of [
    {},
    { authorization: '' },
    { authorization: 'Basic abc' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
  ]) {
    assert.deepEqual(await user({ headers }), ['system:anonymous', ['system:unauthenticated']]);
  }
});

test('callers in the same process are who they say', async () => {
  assert.deepEqual(await user({ user: { name: 'controller', groups: [] } }), ['controller', ['system:authenticated']]);
});
