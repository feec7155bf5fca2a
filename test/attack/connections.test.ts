/**
 * Attacks by way of what leads into pods: a tenant's API server, whole, before a host that notes what reaches it. The tenant's user may do everything in the
 * tenant. Whatever is asked, in whatever spelling, only the copy of the named pod is reached, by the one subresource, with Sublet's own credentials.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import type { KubeObject } from '../../src/api/object.ts';
import { Listener } from '../../src/apiserver/http/listener.ts';
import { isProxyPath } from '../../src/apiserver/connect/object-proxy.ts';
import { LocalServiceAddresses } from '../../src/apiserver/registry/local-service-addresses.ts';
import { createClient } from '../../src/client/create-client.ts';
import { createDirectExchange } from '../../src/client/direct-exchange.ts';
import { createHttpExchange } from '../../src/client/http-exchange.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { bootstrap, composeApiServer } from '../../src/main/api-server-role.ts';
import { hostConnector } from '../../src/main/connect-role.ts';
import { realClock } from '../../src/main/real-clock.ts';
import { realRandom } from '../../src/main/real-random.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import {
  createCertificateAuthority,
  createSigningKey,
  issueCertificate,
} from '../../src/tenancy/certificate-authority.ts';
import { markAnnotations, markLabels, originOf, placeOf } from '../../src/translate/marks.ts';
import { hostName } from '../../src/translate/names.ts';
import { startRecordingHost, type RecordingHost } from './connections/recording-host.ts';

const place = placeOf({ tenant: 'mallory', hostNamespace: 'shared' });
const token = 'of-sublet';
const ns = '/api/v1/namespaces/default';

interface Mallory {
  /** Sends bytes as they stand, with her certificate; gives what came back. */
  send(head: readonly string[], body?: string): Promise<string>;
  close(): Promise<void>;
}

/** Her own API server, with pods `web` (whose copy is her own) and `stolen` (whose copy's name somebody else's pod has). */
async function startMallory(host: RecordingHost): Promise<Mallory> {
  const options = { server: host.server, certificateAuthority: host.authority, token: () => token, clock: realClock };
  const { exchange, close } = createHttpExchange(options);
  const direct = createDirectExchange(options);
  const users = await createCertificateAuthority(realClock, 'users', 1);
  const own = (commonName: string, usage: 'server' | 'client', organizations: string[] = []) =>
    issueCertificate(realClock, users, { commonName, usage, organizations, hosts: ['127.0.0.1'], validityDays: 1 });
  const [pair, mallory] = [await own('server', 'server'), await own('mallory', 'client', ['system:masters'])];
  const composed = composeApiServer({
    clock: realClock,
    random: realRandom,
    store: new MemoryStore(),
    serviceAccountKeys: [await createSigningKey()],
    serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
    identity: { clientAuthority: users.certificate },
    address: '127.0.0.1:443',
    serviceAddresses: new LocalServiceAddresses({ serviceCidr: '10.96.0.0/16', random: realRandom }),
    connector: hostConnector(place, { client: createClient('host', exchange), direct }, silentLogger),
    logger: silentLogger,
  });
  await bootstrap(composed);
  const admin = createClient('tenant', composed.exchange, { user: { name: 'admin', groups: ['system:masters'] } });
  const pods = admin.resource({ group: '', version: 'v1', resource: 'pods' }, 'default');
  await admin
    .resource({ group: '', version: 'v1', resource: 'serviceaccounts' }, 'default')
    .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
  for (const name of ['web', 'stolen', 'web-x-default-x-victim']) {
    const made = await pods.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { nodeName: 'node', automountServiceAccountToken: false, containers: [{ name: 'c', image: 'c' }] },
    });
    const status = { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] };
    const pod = await pods.updateStatus({ ...made, status });
    const copy = copyOf(pod);
    const path = `/api/v1/namespaces/shared/pods/${copy.metadata.name ?? ''}`;
    if (name === 'web') host.copies.set(path, copy);
    if (name === 'stolen')
      host.copies.set(path, {
        ...copy,
        metadata: { ...copy.metadata, labels: markLabels('victim', originOf(pod).namespace) },
      });
  }
  const listener = new Listener({
    exchange: composed.exchange,
    passesOn: isProxyPath,
    credentials: { certificate: pair.certificate, key: pair.key, clientAuthority: users.certificate },
    port: 0,
    clock: realClock,
    logger: silentLogger,
  });
  await listener.start();
  return {
    send(head, body = '') {
      const socket = connect({
        host: '127.0.0.1',
        port: listener.port,
        ca: users.certificate,
        cert: mallory.certificate,
        key: mallory.key,
      });
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
      return new Promise((resolve) => socket.once('close', () => resolve(text)));
    },
    async close() {
      await listener.stop();
      direct.close();
      close();
    },
  };
}

function copyOf(pod: KubeObject): KubeObject {
  const origin = originOf(pod);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: hostName(place.tenant, origin.namespace, origin.name),
      namespace: place.hostNamespace,
      labels: markLabels(place.tenant, origin.namespace),
      annotations: markAnnotations(origin),
    },
    spec: { containers: [] },
  };
}

describe('into pods', () => {
  let host: RecordingHost;
  let mallory: Mallory;
  before(async () => {
    host = await startRecordingHost();
    mallory = await startMallory(host);
  });
  after(async () => {
    await mallory.close();
    host.close();
  });

  const ask = async (line: string, headers: readonly string[] = [], body = ''): Promise<string> => {
    host.reached.length = 0;
    const last = headers.some((header) => /^connection:/i.test(header)) ? [] : ['Connection: close'];
    return mallory.send([`${line} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, ...last], body);
  };
  const own = '/api/v1/namespaces/shared/pods/web-x-default-x-mallory';

  /** What reaches the host, if anything does. */
  const paths: Record<string, string | undefined> = {
    [`${ns}/pods/web/log`]: `${own}/log?container=c`,
    [`${ns}/pods/web/log?container=c&container=d&follow=1&pretty=x&fieldSelector=y`]: `${own}/log?container=c&follow=true`,
    [`${ns}/pods/web:80/proxy/`]: `${own}:80/proxy/`,
    [`${ns}/pods/web:80/proxy/../../../../../../secrets`]: `${own}:80/proxy/secrets`,
    [`${ns}/pods/web:80/proxy/%2e%2e/%2E%2E/secrets`]: `${own}:80/proxy/secrets`,
    [`${ns}/pods/web:80/proxy/..%2f..%2f..%2fsecrets`]: `${own}:80/proxy/secrets`,
    [`${ns}/pods/web:80/proxy/%252e%252e%252fsecrets`]: `${own}:80/proxy/%252e%252e%252fsecrets`,
    [`${ns}/pods/web:80/proxy//..//secrets`]: `${own}:80/proxy/secrets`,
    [`${ns}/pods/web:80/proxy/..;/secrets`]: `${own}:80/proxy/..%3B/secrets`,
    [`${ns}/pods/web:80/proxy/..%5csecrets`]: `${own}:80/proxy/..%5Csecrets`,
    [`${ns}/pods/web:80/proxy/a%0d%0aX-Remote-User:%20admin`]: `${own}:80/proxy/a%0D%0AX-Remote-User:%20admin`,
    [`${ns}/pods/web:80/proxy/a%00b`]: `${own}:80/proxy/a%00b`,
    [`${ns}/pods/web:80%3f/proxy/x`]: `${own}:80%3F/proxy/x`,
    [`${ns}/pods/web:80%2f..%2f..%2fvictim/proxy/x`]: undefined,
    [`${ns}/pods/web%2f..%2fvictim/log`]: undefined,
    [`${ns}/pods/..%2fsecrets/log`]: undefined,
    [`${ns}/pods/web%252flog/log`]: undefined,
    [`${ns}/pods/../pods/web/log`]: undefined,
    '/api/v1/namespaces/shared/pods/web-x-default-x-victim/log': undefined,
    '/api/v1/namespaces/..%2fshared/pods/web/log': undefined,
    [`${ns}/pods/web-x-default-x-mallory/log`]: undefined,
    [`${ns}/pods/web-x-default-x-victim/log`]: undefined,
    [`${ns}/pods/stolen/log`]: undefined,
    [`${ns}/pods/stolen:80/proxy/`]: undefined,
  };
  for (const [path, target] of Object.entries(paths)) {
    test(`GET ${path}`, async () => {
      await ask(`GET ${path}`);
      assert.deepEqual(
        host.reached.map((reached) => reached.target),
        target === undefined ? [] : [target],
      );
    });
  }

  const spdy = ['Connection: Upgrade', 'Upgrade: SPDY/3.1', 'X-Stream-Protocol-Version: v4.channel.k8s.io'];
  for (const name of ['stolen', 'web-x-default-x-victim', 'victim']) {
    test(`nobody gets into ${name}`, async () => {
      for (const subresource of ['exec?command=a', 'attach', 'portforward']) {
        assert.match(await ask(`POST ${ns}/pods/${name}/${subresource}`, spdy), /^HTTP\/1\.1 (?:503|404) /);
        assert.equal(host.reached.length, 0);
      }
    });
  }

  test('into her own pod she gets', async () => {
    assert.match(await ask(`POST ${ns}/pods/web/exec?command=a&stdin=1`, spdy), /^HTTP\/1\.1 101 [\s\S]*reached$/);
    assert.deepEqual(
      host.reached.map(({ method, target }) => [method, target]),
      [['POST', `${own}/exec?stdin=true&command=a&container=c`]],
    );
  });

  /** Whoever is believed. */
  const hostile = [
    'Authorization: Bearer stolen',
    'Proxy-Authorization: Basic x',
    'Impersonate_User: system:admin',
    'X-Remote-User: system:admin',
    'X-Remote-Group: system:masters',
    'X_Remote_User: system:admin',
    'Audit-ID: theirs',
    'X-Forwarded-Host: elsewhere',
    'TE: gzip',
    'Keep-Alive: 1',
  ];
  const requests: Record<string, [line: string, headers: readonly string[]]> = {
    'exec by SPDY': [`POST ${ns}/pods/web/exec?command=a`, spdy],
    'exec by WebSocket': [
      `GET ${ns}/pods/web/exec?command=a`,
      [
        'Connection: Upgrade, Authorization',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Protocol: v5.channel.k8s.io',
      ],
    ],
    'a proxy': [`GET ${ns}/pods/web:80/proxy/`, ['Connection: close, X-Hop', 'X-Hop: 1']],
    'a switch behind a proxy': [`GET ${ns}/pods/web:80/proxy/`, ['Connection: Upgrade', 'Upgrade: chat']],
    'a log': [`GET ${ns}/pods/web/log`, []],
  };
  const known = new Set([
    'authorization',
    'connection',
    'host',
    'sec-websocket-key',
    'sec-websocket-protocol',
    'sec-websocket-version',
    'upgrade',
    'user-agent',
    'x-forwarded-for',
    'x-stream-protocol-version',
    'content-length',
  ]);
  for (const [name, [line, headers]] of Object.entries(requests)) {
    test(`nothing that the host would believe comes along: ${name}`, async () => {
      await ask(line, [...headers, ...hostile.filter((header) => !header.startsWith('Authorization'))]);
      assert.equal(host.reached.length, 1);
      const found = host.reached[0]?.headers ?? [];
      const names = found.filter((_, index) => index % 2 === 0).map((one) => one.toLowerCase());
      assert.deepEqual(
        names.filter((one) => !known.has(one)),
        [],
      );
      assert.equal(new Set(names).size, names.length);
      assert.equal(found[names.indexOf('authorization') * 2 + 1], `Bearer ${token}`);
      assert.equal(found[names.indexOf('host') * 2 + 1], new URL(host.server).host);
    });
  }

  const smuggled = 'GET /api/v1/secrets HTTP/1.1\r\nHost: x\r\n\r\n';
  const bodies: Record<string, readonly string[]> = {
    'two lengths': [`Content-Length: 0`, `Content-Length: ${smuggled.length}`],
    'a length and chunks': ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    'chunks in disguise': ['Transfer-Encoding: xchunked'],
    'a length that is none': ['Content-Length: +5'],
  };
  for (const [name, headers] of Object.entries(bodies)) {
    test(`no second request is smuggled to the host: ${name}`, async () => {
      await ask(`POST ${ns}/pods/web:80/proxy/`, headers, smuggled);
      assert.ok(host.reached.every(({ target }) => target === `${own}:80/proxy/`));
    });
  }

  test('what comes behind a request to switch is not the host’s to hear', async () => {
    await ask(`GET ${ns}/pods/web/exec?command=a`, ['Connection: Upgrade, close', 'Upgrade: h2c'], smuggled);
    assert.deepEqual(host.reached, []);
  });
});
