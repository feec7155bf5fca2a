import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Peer } from '../../api/exchange.ts';
import type { Clock } from '../../lib/clock.ts';
import { createCertificateAuthority, issueCertificate, type KeyPair } from '../../tenancy/certificate-authority.ts';
import { unionAuthenticator } from './authenticator.ts';
import { authoritiesOf } from './authorities.ts';
import { certificateAuthenticator } from './certificates.ts';
import { defaultRequestHeaders, requestHeaderAuthenticator } from './request-header.ts';

let now = Date.parse('2026-06-01T00:00:00Z');
const clock: Clock = { now: () => now, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };
const users = await createCertificateAuthority(clock, 'users', 10);
const proxies = await createCertificateAuthority(clock, 'proxies', 10);

async function peerOf(authority: KeyPair, commonName: string): Promise<Peer> {
  const issued = await issueCertificate(clock, authority, { commonName, usage: 'client', validityDays: 1 });
  return { certificate: new X509Certificate(issued.certificate).raw };
}

const authenticator = unionAuthenticator([
  requestHeaderAuthenticator(
    { ...defaultRequestHeaders, authority: proxies.certificate, allowedNames: ['proxy'] },
    clock,
  ),
  certificateAuthenticator(clock, authoritiesOf(users.certificate)),
]);

async function user(headers: Readonly<Record<string, string>>, peer: Peer | undefined): Promise<string> {
  const result = await authenticator.authenticate({
    method: 'GET',
    path: '/',
    query: '',
    headers,
    body: new Uint8Array(),
    signal: new AbortController().signal,
    ...(peer ? { peer } : {}),
  });
  return result.outcome === 'authenticated' ? `${result.user.name} ${result.user.groups.join(' ')}` : result.outcome;
}

const headers = { 'x-remote-user': 'bob', 'x-remote-group': 'g', 'x-remote-uid': 'u' };

describe('whose word counts', () => {
  test("the proxy's", async () => {
    assert.equal(await user(headers, await peerOf(proxies, 'proxy')), 'bob g system:authenticated');
  });
  test('nobody else of its authority', async () => {
    assert.equal(await user(headers, await peerOf(proxies, 'other')), 'failed');
  });
  test("a user's certificate is the user, whatever the headers say", async () => {
    assert.equal(await user(headers, await peerOf(users, 'proxy')), 'proxy system:authenticated');
  });
  test('who has no certificate is nobody', async () => {
    assert.equal(await user(headers, undefined), 'system:anonymous system:unauthenticated');
  });
  test('a certificate that the TLS layer refused vouches for nobody', async () => {
    assert.equal(await user(headers, { certificateError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), 'failed');
  });
  test('a proxy without headers is nobody, not even itself', async () => {
    assert.equal(await user({}, await peerOf(proxies, 'proxy')), 'failed');
  });
  test('a proxy whose certificate ends while its connection lives', async () => {
    const peer = await peerOf(proxies, 'proxy');
    now += 2 * 86_400_000;
    assert.equal(await user(headers, peer), 'failed');
    now -= 2 * 86_400_000;
  });
});

describe('which authority vouches', () => {
  const authorities = authoritiesOf(`${users.certificate}\n${proxies.certificate}`);
  test('one of several', async () => {
    assert.ok(authorities.vouchFor(await peerOf(users, 'a')));
    assert.ok(authorities.vouchFor(await peerOf(proxies, 'a')));
  });
  test('none of the same name with another key', async () => {
    const other = await createCertificateAuthority(clock, 'users', 10);
    assert.ok(!authorities.vouchFor(await peerOf(other, 'a')));
  });
  test('not a user, who is no authority', async () => {
    const leaf = await issueCertificate(clock, users, { commonName: 'leaf', usage: 'client', validityDays: 1 });
    const forged = await peerOf(leaf, 'forged');
    const intermediates = [new X509Certificate(leaf.certificate).raw];
    assert.ok(!authorities.vouchFor({ ...forged, intermediates }));
  });
  test('a text without certificates is none', () => {
    assert.throws(() => authoritiesOf('nothing'));
  });
});
