/** Upstream's sample-apiserver behind ours: it asks us who its clients are and what they may do, and kubectl finds its resources. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { AggregatedServer, apiServicesPath } from '../../src/apiserver/aggregation/aggregated.test-double.ts';
import { createPki, testClock, type Pki } from '../../src/apiserver/aggregation/extension-server.test-double.ts';
import { issueCertificate } from '../../src/tenancy/certificate-authority.ts';
import { kubectlPath } from '../host/upstream.ts';
import { sampleApiServerUnavailable, startSampleApiServer, type SampleApiServer } from '../sample-apiserver/run.ts';

const run = promisify(execFile);
const unavailable = sampleApiServerUnavailable();
const group = 'wardle.example.com';
const flunders = `/apis/${group}/v1alpha1/namespaces/default/flunders`;

if (unavailable !== undefined) {
  test('upstream’s sample-apiserver', { skip: unavailable }, () => undefined);
} else {
  let pki: Pki;
  let server: AggregatedServer;
  let sample: SampleApiServer;
  let kubectl: (...args: string[]) => Promise<string>;

  before(async () => {
    pki = await createPki();
    server = await AggregatedServer.start(pki);
    const program = await kubectlPath();
    sample = await startSample(server, pki);
    const kubeconfig = join(sample.folder, 'admin.kubeconfig');
    writeFileSync(kubeconfig, server.kubeconfig(), { mode: 0o600 });
    kubectl = async (...args) =>
      (await run(program, ['--kubeconfig', kubeconfig, '--cache-dir', join(sample.folder, 'cache'), ...args])).stdout;
    await register(server, pki, sample.port);
  });

  after(async () => {
    await server.stop();
    await sample.stop();
  });

  test('both of its versions become available, and stand in the table', async () => {
    const table = await kubectl('get', 'apiservices');
    assert.match(table, /^v1alpha1\.wardle\.example\.com +wardle\/api +True +/m);
    assert.match(table, /^v1beta1\.wardle\.example\.com +wardle\/api +True +/m);
    assert.match(table, /^v1\.apps +Local +True +/m);
  });

  test('discovery: its resources, its preferred version', async () => {
    assert.match(
      await kubectl('api-resources', `--api-group=${group}`),
      /^flunders +wardle\.example\.com\/v1alpha1? /m,
    );
    assert.match(await kubectl('get', '--raw', `/apis/${group}/v1alpha1`), /"name":"flunders"/);
  });

  test('kubectl creates, gets, applies, patches, explains and deletes flunders', async () => {
    const manifest = join(sample.folder, 'flunder.yaml');
    writeFileSync(
      manifest,
      `apiVersion: ${group}/v1alpha1\nkind: Flunder\nmetadata:\n  name: one\n  labels: {a: b}\nspec:\n  reference: x\n  referenceType: Fischer\n`,
    );
    assert.match(await kubectl('create', '-f', manifest), /flunder\.wardle\.example\.com\/one created/);
    assert.match(await kubectl('get', 'flunders'), /^one +/m);
    assert.match(await kubectl('get', 'flunder', 'one', '-o', 'yaml'), /referenceType: Fischer/);
    assert.match(await kubectl('label', 'flunder', 'one', 'c=d'), /labeled/);
    assert.match(await kubectl('apply', '--server-side', '--force-conflicts', '-f', manifest), /serverside-applied/);
    assert.match(await kubectl('explain', 'flunder.spec', '--api-version', `${group}/v1alpha1`), /referenceType/);
    assert.match(await kubectl('delete', 'flunder', 'one'), /deleted/);
  });

  test('version 2 of OpenAPI has its paths and types, in JSON and in protobuf', async () => {
    const { text } = await server.ask('GET', '/openapi/v2');
    const { paths, definitions } = JSON.parse(text) as Record<'paths' | 'definitions', Record<string, unknown>>;
    assert.ok(paths[`/apis/${group}/v1alpha1/namespaces/{namespace}/flunders/{name}`]);
    assert.ok(Object.keys(definitions).some((name) => name.endsWith('v1alpha1.Flunder')));
    const accept = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
    assert.equal((await server.ask('GET', '/openapi/v2', undefined, { accept })).status, 200);
  });

  test('a watch comes as it happens', async () => {
    const abort = new AbortController();
    const message = await server.open('GET', `${flunders}?watch=1&resourceVersion=0`, undefined, {}, abort.signal);
    assert.equal(message.statusCode, 200);
    const events = message[Symbol.asyncIterator]();
    const flunder = { apiVersion: `${group}/v1alpha1`, kind: 'Flunder', metadata: { name: 'seen' } };
    await server.expect(201, 'POST', flunders, flunder);
    for (let text = ''; !text.includes('"name":"seen"');) text += String((await events.next()).value);
    abort.abort();
    message.destroy();
  });

  test('its clients are who we say, and may what we say', async () => {
    await kubectl('create', 'serviceaccount', 'reader', '-n', 'default');
    await kubectl(
      'create',
      'clusterrole',
      'flunder-reader',
      '--verb=get,list',
      '--resource=flunders.wardle.example.com',
    );
    const token = (await kubectl('create', 'token', 'reader', '-n', 'default')).trim();
    const as = async (method: string, body?: unknown): Promise<number> =>
      (await server.askWithToken(token, method, flunders, body)).status;
    assert.equal(await as('GET'), 403);
    await kubectl(
      'create',
      'clusterrolebinding',
      'flunder-reader',
      '--clusterrole=flunder-reader',
      '--serviceaccount=default:reader',
    );
    for (let status = 403; status !== 200;) status = await as('GET');
    assert.equal(await as('POST', { apiVersion: `${group}/v1alpha1`, kind: 'Flunder', metadata: { name: 'no' } }), 403);
  });

  test('asked directly, it believes our tokens and certificates, and nobody’s word', async () => {
    const token = (await kubectl('create', 'token', 'reader', '-n', 'default')).trim();
    const ask = (headers: Record<string, string>): Promise<number> => askSample(headers, flunders);
    assert.equal(await ask({ authorization: `Bearer ${token}` }), 200);
    assert.equal(await ask({ authorization: 'Bearer forged' }), 401);
    assert.equal(await ask({ 'x-remote-user': 'root', 'x-remote-group': 'system:masters' }), 403);
  });

  test('when it is gone, its versions are unavailable, and stale in discovery', async () => {
    await sample.stop();
    await server.expect(200, 'PATCH', '/api/v1/namespaces/wardle/services/api', { metadata: { labels: { a: 'b' } } });
    const { message } = await server.until('FailedDiscoveryCheck', `v1alpha1.${group}`);
    assert.match(message, /ECONNREFUSED|socket hang up|ECONNRESET/);
    assert.equal((await server.ask('GET', flunders)).status, 503);
  });

  async function askSample(headers: Record<string, string>, path: string): Promise<number> {
    const { request } = await import('node:https');
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: sample.port,
        path,
        headers,
        ca: pki.authority.certificate,
        servername: 'api.wardle.svc',
      };
      request(options, (message) => resolve(message.resume().statusCode ?? 0))
        .on('error', reject)
        .end();
    });
  }
}

/** The account that it runs as, with upstream's own rules for it; and its process. */
async function startSample(server: AggregatedServer, pki: Pki): Promise<SampleApiServer> {
  const account = { kind: 'ServiceAccount', name: 'apiserver', namespace: 'wardle' };
  const bind = (kind: 'ClusterRole' | 'Role', name: string): Record<string, unknown> => ({
    metadata: { name: `wardle-${name.replaceAll(':', '-')}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [account],
  });
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await server.expect(201, 'POST', '/api/v1/namespaces', { metadata: { name: 'wardle' } });
  await server.expect(201, 'POST', '/api/v1/namespaces/wardle/serviceaccounts', { metadata: { name: 'apiserver' } });
  await server.expect(201, 'POST', `${rbac}/clusterroles`, {
    metadata: { name: 'wardle' },
    rules: [
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'watch', 'list'] },
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: [
          'mutatingadmissionpolicies',
          'mutatingadmissionpolicybindings',
          'mutatingwebhookconfigurations',
          'validatingwebhookconfigurations',
          'validatingadmissionpolicies',
          'validatingadmissionpolicybindings',
        ],
        verbs: ['get', 'watch', 'list'],
      },
      {
        apiGroups: ['flowcontrol.apiserver.k8s.io'],
        resources: ['prioritylevelconfigurations', 'flowschemas'],
        verbs: ['list', 'watch'],
      },
    ],
  });
  for (const role of ['wardle', 'system:auth-delegator']) {
    await server.expect(201, 'POST', `${rbac}/clusterrolebindings`, bind('ClusterRole', role));
  }
  const reader = bind('Role', 'extension-apiserver-authentication-reader');
  await server.expect(201, 'POST', `${rbac}/namespaces/kube-system/rolebindings`, reader);
  const path = '/api/v1/namespaces/wardle/serviceaccounts/apiserver/token';
  const { text } = await server.expect(201, 'POST', path, { spec: { expirationSeconds: 3600 } });
  const serving = await issueCertificate(testClock, pki.authority, {
    commonName: 'wardle',
    usage: 'server',
    hosts: ['api.wardle.svc'],
    validityDays: 1,
  });
  const { status } = JSON.parse(text) as { status: { token: string } };
  return startSampleApiServer({ kubeconfig: server.kubeconfig(status.token), serving });
}

async function register(server: AggregatedServer, pki: Pki, port: number): Promise<void> {
  const ports = [{ port, protocol: 'TCP' }];
  await server.expect(201, 'POST', '/api/v1/namespaces/wardle/services', {
    metadata: { name: 'api' },
    spec: { clusterIP: '127.0.0.1', ports },
  });
  await server.expect(201, 'POST', '/apis/discovery.k8s.io/v1/namespaces/wardle/endpointslices', {
    metadata: { name: 'api-1', labels: { 'kubernetes.io/service-name': 'api' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
    ports: [{ name: '', port, protocol: 'TCP' }],
  });
  for (const [version, versionPriority] of [
    ['v1alpha1', 15],
    ['v1beta1', 10],
  ] as const) {
    await server.expect(201, 'POST', apiServicesPath, {
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        groupPriorityMinimum: 1000,
        versionPriority,
        service: { namespace: 'wardle', name: 'api', port },
        caBundle: Buffer.from(pki.authority.certificate).toString('base64'),
      },
    });
  }
  await server.until('Passed', `v1alpha1.${group}`);
  await server.until('Passed', `v1beta1.${group}`);
}
