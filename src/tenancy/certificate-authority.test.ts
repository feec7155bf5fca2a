import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { Clock } from '../lib/clock.ts';
import { certificateExpiry, createCertificateAuthority, issueCertificate } from './certificate-authority.ts';

const now = Date.UTC(2030, 0, 1);
const clock: Clock = { now: () => now, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };

test('a server certificate names its hosts, and the authority vouches for it', async () => {
  const authority = await createCertificateAuthority(clock, 'sublet-demo', 10);
  const server = await issueCertificate(clock, authority, {
    commonName: 'demo',
    usage: 'server',
    hosts: ['localhost', '127.0.0.1', '::1'],
    validityDays: 1,
  });
  const certificate = new X509Certificate(server.certificate);
  assert.ok(certificate.verify(new X509Certificate(authority.certificate).publicKey));
  assert.ok(certificate.checkIssued(new X509Certificate(authority.certificate)));
  assert.equal(certificate.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.equal(certificateExpiry(server.certificate), now + 86_400_000);
});

test('a client certificate carries a user and groups, and another authority does not vouch for it', async () => {
  const authority = await createCertificateAuthority(clock, 'sublet-demo', 10);
  const other = await createCertificateAuthority(clock, 'sublet-demo', 10);
  const client = await issueCertificate(clock, authority, {
    commonName: 'admin',
    organizations: ['system:masters', 'team'],
    usage: 'client',
    validityDays: 1,
  });
  const certificate = new X509Certificate(client.certificate);
  assert.equal(certificate.subject, 'O=system:masters\nO=team\nCN=admin');
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  assert.equal(certificate.verify(new X509Certificate(other.certificate).publicKey), false);
});
