/** An extension server that does what a test tells it to, and remembers what it was asked. */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../lib/clock.ts';
import { createCertificateAuthority, issueCertificate, type KeyPair } from '../../tenancy/certificate-authority.ts';

export const testClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

export interface Pki {
  readonly authority: KeyPair;
  readonly frontProxyAuthority: KeyPair;
  readonly frontProxy: KeyPair;
  /** Of an authority that nobody trusts. */
  readonly stranger: KeyPair;
}

export async function createPki(): Promise<Pki> {
  const authority = await createCertificateAuthority(testClock, 'extension-ca', 10);
  const frontProxyAuthority = await createCertificateAuthority(testClock, 'front-proxy-ca', 10);
  const client = { commonName: 'front-proxy-client', usage: 'client', validityDays: 1 } as const;
  return {
    authority,
    frontProxyAuthority,
    frontProxy: await issueCertificate(testClock, frontProxyAuthority, client),
    stranger: await createCertificateAuthority(testClock, 'stranger', 10),
  };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export class FakeExtensionServer {
  /** What answers everything but discovery of its version. */
  answer: Answer = (_request, response) => void response.end('{}');
  upgrade: Upgrade = (_request, socket) => void socket.destroy();
  /** What it was asked, but for discovery. */
  readonly requests: IncomingMessage[] = [];
  /** Whether it was shown a certificate of the front proxy. */
  readonly proven: boolean[] = [];
  healthy = true;
  /** Instead of its usual discovery, for all that the aggregation layer itself asks for. */
  discover: Answer | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  private constructor(pki: Pki, pair: KeyPair) {
    this.#server = createServer(
      {
        cert: pair.certificate,
        key: pair.key,
        ca: pki.frontProxyAuthority.certificate,
        requestCert: true,
        rejectUnauthorized: false,
      },
      (request, response) => this.#serve(request, response),
    );
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.requests.push(request);
      this.upgrade(request, socket, head);
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  static async start(pki: Pki, host = 'svc.ns.svc'): Promise<FakeExtensionServer> {
    const pair = await issueCertificate(testClock, pki.authority, {
      commonName: 'extension',
      usage: 'server',
      hosts: [host],
      validityDays: 1,
    });
    const server = new FakeExtensionServer(pki, pair);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const own = /^system:(?:kube-)?aggregator$/.test(String(request.headers['x-remote-user']));
    if (!own) {
      this.requests.push(request);
      this.proven.push((request.socket as TLSSocket).authorized);
      return this.answer(request, response);
    }
    if (!this.healthy) return void response.writeHead(500).end();
    if (this.discover) return this.discover(request, response);
    if (request.url === '/apis') {
      response.setHeader('content-type', 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
      return void response.end(JSON.stringify(discovery));
    }
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  }
}

const discovery = {
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  items: [
    {
      metadata: { name: 'ext.example' },
      versions: [
        {
          version: 'v1',
          resources: [{ resource: 'things', scope: 'Namespaced', singularResource: 'thing', verbs: ['list'] }],
        },
      ],
    },
  ],
};
