/** An API server with the aggregation layer, on a port, and a client of it that is somebody. */
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect, type TLSSocket } from 'node:tls';
import type { ApiResponse } from '../../api/exchange.ts';
import { silentLogger } from '../../lib/logger.ts';
import { bootstrap, composeApiServer, type ComposedApiServer } from '../../main/api-server-role.ts';
import { realRandom } from '../../main/real-random.ts';
import { MemoryStore } from '../../storage/memory/memory-store.ts';
import { kubeconfigText } from '../../tenancy/kubeconfig.ts';
import { createSigningKey, issueCertificate, type KeyPair } from '../../tenancy/certificate-authority.ts';
import { defaultRequestHeaders } from '../authn/request-header.ts';
import { Listener } from '../http/listener.ts';
import { LocalServiceAddresses } from '../registry/local-service-addresses.ts';
import type { FakeExtensionServer, Pki } from './extension-server.test-double.ts';
import { testClock } from './extension-server.test-double.ts';

export interface Answer {
  readonly status: number;
  readonly headers: ApiResponse['headers'];
  readonly text: string;
}

export const apiServicesPath = '/apis/apiregistration.k8s.io/v1/apiservices';

export class AggregatedServer {
  readonly composed: ComposedApiServer;
  readonly listener: Listener;
  readonly store: MemoryStore;
  readonly #pki: Pki;
  readonly #client: KeyPair;

  private constructor(composed: ComposedApiServer, listener: Listener, store: MemoryStore, pki: Pki, client: KeyPair) {
    this.composed = composed;
    this.listener = listener;
    this.store = store;
    this.#pki = pki;
    this.#client = client;
  }

  /** Whose client is the user `jane`, an admin. */
  static async start(pki: Pki, store = new MemoryStore()): Promise<AggregatedServer> {
    const composed = composeApiServer({
      clock: testClock,
      random: realRandom,
      store,
      serviceAccountKeys: [await createSigningKey()],
      serviceAccountIssuer: 'https://issuer',
      address: '127.0.0.1:443',
      serviceAddresses: new LocalServiceAddresses({ serviceCidr: '127.0.0.0/24', random: realRandom }),
      identity: {
        clientAuthority: pki.authority.certificate,
        requestHeader: { ...defaultRequestHeaders, authority: pki.frontProxyAuthority.certificate, allowedNames: [] },
      },
      aggregation: { frontProxy: pki.frontProxy, mayDial: () => true },
      logger: silentLogger,
    });
    await bootstrap(composed);
    await composed.aggregation.start();
    const issue = (commonName: string, usage: 'server' | 'client'): Promise<KeyPair> =>
      issueCertificate(testClock, pki.authority, {
        commonName,
        organizations: usage === 'client' ? ['system:masters', 'dévs'] : [],
        usage,
        hosts: ['127.0.0.1'],
        validityDays: 1,
      });
    const { certificate, key } = await issue('server', 'server');
    const listener = new Listener({
      exchange: composed.exchange,
      passesOn: (path) => composed.aggregation.isRemote(path),
      credentials: {
        certificate,
        key,
        clientAuthority: pki.authority.certificate,
        proxyAuthority: pki.frontProxyAuthority.certificate,
      },
      port: 0,
      clock: testClock,
      logger: silentLogger,
      limits: { stopTimeoutMs: 500 },
    });
    await listener.start();
    return new AggregatedServer(composed, listener, store, pki, await issue('jane', 'client'));
  }

  async stop(): Promise<void> {
    await this.listener.stop();
    await this.composed.aggregation.stop();
    await this.store.close();
  }

  /** Of its client, or of whom a token says. */
  kubeconfig(token?: string): string {
    const { certificate: clientCertificate, key: clientKey } = this.#client;
    return kubeconfigText('aggregated', 'client', {
      server: `https://127.0.0.1:${this.listener.port}`,
      certificateAuthority: this.#pki.authority.certificate,
      ...(token === undefined ? { clientCertificate, clientKey } : { token }),
    });
  }

  /** Over the wire, whole. */
  async ask(method: string, target: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#whole(this.open(method, target, body, headers));
  }

  async #whole(opening: Promise<IncomingMessage>): Promise<Answer> {
    const message = await opening;
    let text = '';
    for await (const chunk of message) text += String(chunk);
    return { status: message.statusCode ?? 0, headers: message.headers as ApiResponse['headers'], text };
  }

  /** The same, with the body as it comes. */
  open(
    method: string,
    target: string,
    body?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    return this.#open(method, target, body, headers, signal, true);
  }

  #open(
    method: string,
    target: string,
    body: unknown,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
    certified: boolean,
  ): Promise<IncomingMessage> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest({
        host: '127.0.0.1',
        port: this.listener.port,
        method,
        path: target,
        headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
        ca: this.#pki.authority.certificate,
        ...(certified ? { cert: this.#client.certificate, key: this.#client.key } : {}),
        agent: false,
        ...(signal ? { signal } : {}),
      });
      outgoing.on('error', reject);
      outgoing.on('response', resolve);
      outgoing.end(Buffer.isBuffer(body) || body === undefined ? body : JSON.stringify(body));
    });
  }

  /** As whom a token says. */
  askWithToken(token: string, method: string, target: string, body?: unknown): Promise<Answer> {
    return this.#whole(this.#open(method, target, body, { authorization: `Bearer ${token}` }, undefined, false));
  }

  async socket(): Promise<TLSSocket> {
    const socket = connect({
      host: '127.0.0.1',
      port: this.listener.port,
      ca: this.#pki.authority.certificate,
      cert: this.#client.certificate,
      key: this.#client.key,
    });
    await once(socket, 'secureConnect');
    socket.on('error', () => undefined);
    return socket;
  }

  /** A Service `ns/svc` with the server as its endpoint, and the APIService `v1.ext.example` for it. */
  async aggregate(extension: Pick<FakeExtensionServer, 'port'>, spec: Record<string, unknown> = {}): Promise<void> {
    const { port } = extension;
    const ports = [{ name: 'https', port, protocol: 'TCP' }];
    await this.expect(201, 'POST', '/api/v1/namespaces', { metadata: { name: 'ns' } });
    const service = { metadata: { name: 'svc' }, spec: { clusterIP: '127.0.0.1', ports } };
    await this.expect(201, 'POST', '/api/v1/namespaces/ns/services', service);
    await this.expect(201, 'POST', '/apis/discovery.k8s.io/v1/namespaces/ns/endpointslices', {
      metadata: { name: 'svc-1', labels: { 'kubernetes.io/service-name': 'svc' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
      ports,
    });
    await this.expect(201, 'POST', apiServicesPath, this.apiService(port, spec));
  }

  apiService(port: number, spec: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      metadata: { name: 'v1.ext.example' },
      spec: {
        group: 'ext.example',
        version: 'v1',
        groupPriorityMinimum: 1500,
        versionPriority: 10,
        service: { namespace: 'ns', name: 'svc', port },
        caBundle: Buffer.from(this.#pki.authority.certificate).toString('base64'),
        ...spec,
      },
    };
  }

  async expect(status: number, method: string, target: string, body?: unknown): Promise<Answer> {
    const answer = await this.ask(method, target, body);
    if (answer.status !== status) throw new Error(`${method} ${target}: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** Waits until the APIService's condition has that reason. */
  async until(reason: string, name = 'v1.ext.example'): Promise<{ status: string; message: string }> {
    for (;;) {
      const { text } = await this.ask('GET', `${apiServicesPath}/${name}`);
      // Tests look into whatever comes back.
      const object = JSON.parse(text) as {
        status?: { conditions?: { status: string; reason: string; message: string }[] };
      };
      const found = object.status?.conditions?.[0];
      if (found?.reason === reason) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
