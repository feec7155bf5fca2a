/** Requests for certificates over the real API server: approved, signed, good, and removed. */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { X509Certificate, webcrypto } from 'node:crypto';
import { after, describe, test } from 'node:test';
import * as x509 from '@peculiar/x509';
import type { JsonObject } from '../../api/json.ts';
import { textAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';
import { createIssuer } from '../../lib/x509/issue-certificate.ts';
import { bootstrap } from '../../main/api-server-role.ts';
import { realClock } from '../../main/real-clock.ts';
import { createCertificateAuthority } from '../../tenancy/certificate-authority.ts';
import { certificateSigningRequests as requests, secrets, serviceAccounts } from '../resources.ts';
import { eventually, world } from '../world.test-double.ts';
import { endOf } from './cleaner-controller.ts';

const authority = await createCertificateAuthority(realClock, 'ca', 30);
const made = await world({ signer: createIssuer(authority.certificate, authority.key) });
after(() => made.stop());
const { client } = made;
const { exchange } = made.api;
await bootstrap(made.api);
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

interface Wanted {
  readonly name: string;
  readonly signerName: string;
  readonly subject?: string;
  readonly usages?: readonly string[];
  readonly hosts?: x509.JsonGeneralName[];
  readonly expirationSeconds?: number;
}

async function ask({ name, subject = 'CN=jane,O=dev', hosts = [], ...spec }: Wanted): Promise<void> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm: algorithm,
    extensions: hosts.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(hosts)],
  });
  await client.resource(requests).create({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: Buffer.from(request.toString('pem')).toString('base64'),
      signerName: spec.signerName,
      usages: [...(spec.usages ?? ['client auth', 'digital signature'])],
      ...(spec.expirationSeconds === undefined ? {} : { expirationSeconds: spec.expirationSeconds }),
    },
  });
}

async function decide(name: string, type: 'Approved' | 'Denied'): Promise<void> {
  const request = await client.resource(requests).get(name);
  const condition = { type, status: 'True', reason: 'Test', message: '' };
  await client
    .resource(requests)
    .update({ ...request, status: { conditions: [condition] } }, { subresource: 'approval' });
}

const statusOf = (object: KubeObject): JsonObject => (object['status'] ?? {}) as JsonObject;

async function outcome(name: string): Promise<JsonObject> {
  let status: JsonObject = {};
  await eventually(`${name} is signed, or failed`, async () => {
    status = statusOf(await client.resource(requests).get(name));
    return status['certificate'] !== undefined || JSON.stringify(status).includes('Failed');
  });
  return status;
}

const failureOf = (status: JsonObject): unknown =>
  (status['conditions'] as JsonObject[]).find(({ type }) => type === 'Failed')?.['message'];

function certificateOf(status: JsonObject): X509Certificate {
  assert.equal(typeof status['certificate'], 'string', JSON.stringify(status));
  return new X509Certificate(Buffer.from(textAt(status, 'certificate'), 'base64'));
}

test('a user asks, an administrator approves, and the certificate is good at the API server', async () => {
  await ask({ name: 'jane', signerName: 'kubernetes.io/kube-apiserver-client', expirationSeconds: 3600 });
  await decide('jane', 'Approved');
  const certificate = certificateOf(await outcome('jane'));
  assert.ok(certificate.verify(new X509Certificate(authority.certificate).publicKey));
  const lifeMs = certificate.validToDate.getTime() - certificate.validFromDate.getTime();
  // An hour, and the five minutes by which clocks may differ.
  assert.equal(lifeMs, 65 * 60_000);
  const answer = await exchange({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    query: '',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{}'),
    peer: { certificate: certificate.raw },
    signal: new AbortController().signal,
  });
  assert.ok(answer.body instanceof Uint8Array);
  const { status } = JSON.parse(Buffer.from(answer.body).toString()) as { status: { userInfo: JsonObject } };
  assert.equal(status.userInfo['username'], 'jane');
  assert.deepEqual(status.userInfo['groups'], ['dev', 'system:authenticated']);
});

describe('what signers refuse', () => {
  const kubelet = 'CN=system:node:n,O=system:nodes';
  const hosts: x509.JsonGeneralName[] = [{ type: 'dns', value: 'n' }];
  const cases: Readonly<Record<string, Omit<Wanted, 'name'> & { readonly message: string }>> = {
    'client without its usage': {
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['digital signature'],
      message: 'missing required usage for client certificate: client auth',
    },
    'client with a server usage': {
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth', 'server auth'],
      message: 'invalid usage for client certificate: server auth',
    },
    'client that would sign': {
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth', 'cert sign'],
      message: 'invalid usage for client certificate: cert sign',
    },
    'kubelet of another group': {
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      subject: 'CN=system:node:n,O=system:masters',
      message: 'subject organization is not system:nodes',
    },
    'kubelet of two groups': {
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      subject: `${kubelet},O=system:masters`,
      message: 'subject organization is not system:nodes',
    },
    'kubelet of another name': {
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      subject: 'CN=root,O=system:nodes',
      message: 'subject common name does not begin with system:node:',
    },
    'kubelet with a host': {
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      subject: kubelet,
      hosts,
      message: 'DNS subjectAltNames are not allowed',
    },
    'serving kubelet without a host': {
      signerName: 'kubernetes.io/kubelet-serving',
      subject: kubelet,
      usages: ['server auth', 'digital signature'],
      message: 'DNS or IP subjectAltName is required',
    },
    'serving kubelet as a client': {
      signerName: 'kubernetes.io/kubelet-serving',
      subject: kubelet,
      hosts,
      message: 'usages did not match [digital signature key encipherment server auth]',
    },
    'serving kubelet with a mailbox': {
      signerName: 'kubernetes.io/kubelet-serving',
      subject: kubelet,
      usages: ['server auth', 'digital signature'],
      hosts: [...hosts, { type: 'email', value: 'a@b' }],
      message: 'Email subjectAltNames are not allowed',
    },
  };
  for (const [index, [name, { message, ...wanted }]] of Object.entries(cases).entries()) {
    test(name, async () => {
      await ask({ name: `refused-${index}`, ...wanted });
      await decide(`refused-${index}`, 'Approved');
      const status = await outcome(`refused-${index}`);
      assert.equal(status['certificate'], undefined);
      assert.equal(failureOf(status), message);
    });
  }
});

test("a kubelet's serving certificate", async () => {
  await ask({
    name: 'serving',
    signerName: 'kubernetes.io/kubelet-serving',
    subject: 'CN=system:node:n,O=system:nodes',
    usages: ['server auth', 'digital signature', 'key encipherment'],
    hosts: [
      { type: 'dns', value: 'n' },
      { type: 'ip', value: '10.0.0.1' },
    ],
  });
  await decide('serving', 'Approved');
  const certificate = certificateOf(await outcome('serving'));
  assert.equal(certificate.subjectAltName, 'DNS:n, IP Address:10.0.0.1');
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1']);
});

test('a kubelet that may have its client certificate gets it without anybody', async () => {
  await ask({
    name: 'kubelet',
    signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
    subject: 'CN=system:node:n,O=system:nodes',
  });
  const status = await outcome('kubelet');
  assert.equal(certificateOf(status).subject, 'O=system:nodes\nCN=system:node:n');
  const [approval] = status['conditions'] as JsonObject[];
  assert.equal(approval?.['reason'], 'AutoApproved');
});

test('a client of no cluster signer is left to others; so is what nobody approved, or somebody denied', async () => {
  await ask({ name: 'theirs', signerName: 'example.com/theirs' });
  await ask({ name: 'waiting', signerName: 'kubernetes.io/kube-apiserver-client' });
  await ask({ name: 'denied', signerName: 'kubernetes.io/kube-apiserver-client' });
  await decide('theirs', 'Approved');
  await decide('denied', 'Denied');
  await eventually('nothing is left to do', async () => made.manager.idle);
  for (const name of ['theirs', 'waiting', 'denied']) {
    assert.equal(statusOf(await client.resource(requests).get(name))['certificate'], undefined);
  }
});

describe('when requests are removed', () => {
  const created = '2026-01-01T00:00:00Z';
  const hours = (time: number): number => (time - Date.parse(created)) / 3_600_000;
  const request = (conditions: JsonObject[], certificate?: string): KubeObject => ({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'a', creationTimestamp: created },
    status: { conditions, ...(certificate === undefined ? {} : { certificate }) },
  });
  const condition = (type: string): JsonObject => ({ type, status: 'True', lastUpdateTime: '2026-01-01T02:00:00Z' });
  const cases: Readonly<Record<string, [KubeObject, number]>> = {
    'nobody decided': [request([]), 24],
    denied: [request([condition('Denied')]), 3],
    failed: [request([condition('Approved'), condition('Failed')]), 3],
    'approved, not signed': [request([condition('Approved')]), 26],
    'approved, signed': [request([condition('Approved')], 'bm9uZQ=='), 3],
    'something else': [request([condition('Custom')]), Number.POSITIVE_INFINITY],
  };
  for (const [name, [object, expected]] of Object.entries(cases)) {
    test(name, () => assert.equal(hours(endOf(object)), expected));
  }
});

describe("accounts' Secrets", () => {
  const secret = (name: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    type: 'kubernetes.io/service-account-token',
  });
  const text = (object: KubeObject, key: string): string =>
    Buffer.from(textAt((object['data'] ?? {}) as JsonObject, key), 'base64').toString();
  const whoIs = async (token: string): Promise<string> => {
    const answer = await exchange({
      method: 'GET',
      path: '/api/v1/namespaces/default/secrets',
      query: '',
      headers: { authorization: `Bearer ${token}` },
      body: new Uint8Array(),
      signal: new AbortController().signal,
    });
    assert.ok(answer.body instanceof Uint8Array);
    return `${answer.status} ${Buffer.from(answer.body).toString()}`;
  };

  test('are filled, good while they are there, and go with the account', async () => {
    const held = client.resource(secrets, 'default');
    await client
      .resource(serviceAccounts, 'default')
      .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } });
    await held.create(secret('robot-token'));
    await eventually('the secret has a token', async () => text(await held.get('robot-token'), 'token') !== '');
    const filled = await held.get('robot-token');
    assert.equal(text(filled, 'namespace'), 'default');
    assert.equal(text(filled, 'ca.crt'), 'PEM');
    const token = text(filled, 'token');
    assert.match(await whoIs(token), /^403 .*system:serviceaccount:default:robot/);
    await client.resource(serviceAccounts, 'default').delete('robot');
    assert.match(await whoIs(token), /^401 /);
    await eventually('the secret is gone', async () => (await held.list()).items.length === 0);
  });

  test('of no account are removed', async () => {
    const held = client.resource(secrets, 'default');
    await held.create(secret('orphan'));
    await eventually('the secret is gone', async () => (await held.list()).items.length === 0);
  });
});
