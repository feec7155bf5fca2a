import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createHash, webcrypto, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { createCertificateAuthority } from '../../tenancy/certificate-authority.ts';
import { certificateRequest, requestSignatureError, type CertificateRequest } from './certificate-request.ts';
import { subjectOf } from './distinguished-name.ts';
import { createIssuer, type CertificateTemplate } from './issue-certificate.ts';
import { pemBlocks, pemText } from './pem.ts';

const now = Date.parse('2026-06-01T00:00:00Z');
const clock = { now: () => now, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };
const authority = await createCertificateAuthority(clock, 'ca', 10);

const algorithms = {
  'P-256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'P-384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  RSA: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  Ed25519: { name: 'Ed25519' },
};

async function requestOf(
  name: string,
  algorithm: keyof typeof algorithms = 'P-256',
  hosts: x509.JsonGeneralName[] = [],
): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(algorithms[algorithm], true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name,
    // Of a pair, always.
    keys: keys as webcrypto.CryptoKeyPair,
    signingAlgorithm: algorithms[algorithm],
    extensions: hosts.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(hosts)],
  });
  return `${request.toString('pem')}\n`;
}

function parsed(pem: string): CertificateRequest {
  const request = certificateRequest(pem);
  if (typeof request === 'string') assert.fail(request);
  return request;
}

const hosts: x509.JsonGeneralName[] = [
  { type: 'dns', value: 'a.b' },
  { type: 'ip', value: '1.2.3.4' },
  { type: 'ip', value: '2001:db8::1' },
  { type: 'email', value: 'a@b' },
  { type: 'url', value: 'spiffe://x/y' },
];

function templateOf(request: CertificateRequest): CertificateTemplate {
  return {
    serialNumber: Buffer.from('0102', 'hex'),
    subject: request.subject,
    publicKeyInfo: request.publicKeyInfo,
    alternativeNames: request.alternativeNames,
    keyUsages: [0, 2],
    extendedKeyUsages: ['1.3.6.1.5.5.7.3.2'],
    notBefore: now,
    notAfter: now + 3_600_000,
  };
}

describe('requests', () => {
  for (const algorithm of Object.keys(algorithms) as (keyof typeof algorithms)[]) {
    test(`with a key of ${algorithm}`, async () => {
      const request = parsed(await requestOf('CN=jane,O=dev', algorithm));
      assert.equal(requestSignatureError(request), undefined);
      assert.deepEqual([request.subject.commonName, request.subject.organizations], ['jane', ['dev']]);
    });
  }
  test('with alternative names', async () => {
    const { alternativeNames } = parsed(await requestOf('CN=jane', 'P-256', hosts));
    assert.deepEqual(
      { ...alternativeNames, ipAddresses: alternativeNames.ipAddresses.map((bytes) => bytes.length) },
      { dnsNames: ['a.b'], emailAddresses: ['a@b'], ipAddresses: [4, 16], uris: ['spiffe://x/y'] },
    );
  });
  test("with another's signature", async () => {
    const [one, other] = [parsed(await requestOf('CN=jane')), parsed(await requestOf('CN=jane'))];
    assert.equal(requestSignatureError({ ...one, signature: other.signature }), 'x509: ECDSA verification failure');
    assert.equal(requestSignatureError({ ...one, publicKey: other.publicKey }), 'x509: ECDSA verification failure');
  });
  test('with an algorithm of another key', async () => {
    const [one, rsa] = [parsed(await requestOf('CN=jane')), parsed(await requestOf('CN=jane', 'RSA'))];
    assert.notEqual(requestSignatureError({ ...one, publicKey: rsa.publicKey }), undefined);
    assert.notEqual(requestSignatureError({ ...one, signatureAlgorithm: '1.2.3' }), undefined);
  });
  test('that are none', () => {
    for (const text of [
      '',
      'hello',
      pemText('CERTIFICATE', Buffer.from([0])),
      pemText('CERTIFICATE REQUEST', Buffer.from([0])),
    ]) {
      assert.equal(typeof certificateRequest(text), 'string');
    }
  });
  test('damaged anywhere: refused, or signed no more, never worse', async () => {
    const [block] = pemBlocks(await requestOf('CN=jane,O=dev', 'P-256', hosts));
    assert.ok(block);
    fc.assert(
      fc.property(fc.nat(block.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const damaged = Buffer.from(block.bytes);
        damaged[index] = (damaged[index] ?? 0) ^ change;
        const request = certificateRequest(pemText('CERTIFICATE REQUEST', damaged));
        assert.ok(typeof request === 'string' || requestSignatureError(request) !== undefined);
      }),
    );
  });
});

describe('certificates', () => {
  const issuer = createIssuer(authority.certificate, authority.key);
  for (const algorithm of Object.keys(algorithms) as (keyof typeof algorithms)[]) {
    test(`for a key of ${algorithm}`, async () => {
      const request = parsed(await requestOf('CN=jane,O=dev,O=ops', algorithm, hosts));
      const certificate = new X509Certificate(issuer.issue(templateOf(request)));
      const signer = new X509Certificate(authority.certificate);
      assert.ok(certificate.checkIssued(signer));
      assert.ok(certificate.verify(signer.publicKey));
      assert.ok(certificate.publicKey.equals(request.publicKey));
      assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
      assert.equal(certificate.ca, false);
      assert.equal(certificate.serialNumber, '0102');
      assert.equal(certificate.validFromDate.getTime(), now);
      assert.equal(certificate.validToDate.getTime(), now + 3_600_000);
      assert.equal(
        certificate.subjectAltName,
        'DNS:a.b, email:a@b, IP Address:1.2.3.4, IP Address:2001:DB8:0:0:0:0:0:1, URI:spiffe://x/y',
      );
      assert.deepEqual(subjectOf(certificate.raw).organizations.toSorted(), ['dev', 'ops']);
    });
  }
  test('another reader agrees', async () => {
    const text = issuer.issue(templateOf(parsed(await requestOf('CN=jané', 'P-256', hosts))));
    const certificate = new x509.X509Certificate(text);
    assert.ok(
      await certificate.verify({
        publicKey: new x509.X509Certificate(authority.certificate).publicKey,
        date: new Date(now + 1000),
      }),
    );
    assert.equal(certificate.subject, 'CN=jané');
    assert.equal(
      certificate.getExtension(x509.KeyUsagesExtension)?.usages,
      x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
    );
    const key = certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId;
    assert.equal(
      key,
      new x509.X509Certificate(authority.certificate).getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
    );
  });
  test("attributes that Go doesn't know are not passed on: nobody chooses a uid", async () => {
    const request = parsed(await requestOf('CN=jane,1.3.6.1.4.1.57683.2=root'));
    assert.equal(request.subject.attributes.length, 2);
    const { attributes } = subjectOf(new X509Certificate(issuer.issue(templateOf(request))).raw);
    assert.deepEqual(attributes, [{ type: '2.5.4.3', value: 'jane' }]);
  });
  test('times from 2050 on', async () => {
    const notAfter = Date.parse('2060-01-01T00:00:00Z');
    const request = parsed(await requestOf('CN=jane'));
    const certificate = new X509Certificate(issuer.issue({ ...templateOf(request), notAfter }));
    assert.equal(certificate.validToDate.getTime(), notAfter);
  });
  test('the key must be of the certificate', async () => {
    const other = await createCertificateAuthority(clock, 'ca', 10);
    assert.throws(() => createIssuer(authority.certificate, other.key));
  });
});

test('PEM: what is written is read, text around it is not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      const blocks = pemBlocks(`before\n${pemText('A', bytes)}between\n${pemText('B C', bytes)}`);
      assert.deepEqual(
        blocks.map(({ type }) => type),
        ['A', 'B C'],
      );
      const digest = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
      for (const block of blocks) assert.equal(digest(block.bytes), digest(bytes));
    }),
  );
});
