/**
 * A TLS proxy in front of an API server that has bad days: what befalls a request is asked of `fault`, which tests change as they go. It speaks HTTP/1.1 and passes
 * tokens on; client certificates end here.
 */
import { createServer, request as httpsRequest, Agent } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { realClock } from '../../src/main/real-clock.ts';
import { createCertificateAuthority, issueCertificate } from '../../src/tenancy/certificate-authority.ts';

export interface ProxiedRequest {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly isWatch: boolean;
}

export type Fault =
  /** The connection breaks. */
  | { readonly kind: 'break' }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly ms: number }
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly reason: string;
      readonly message: string;
      readonly retryAfterSeconds?: number;
    }
  /** A watch that tells nothing but that its revision is gone. */
  | { readonly kind: 'gone' };

export interface FaultProxy {
  readonly server: string;
  readonly certificateAuthority: string;
  /** Asked of each request; `undefined`: it passes. */
  fault: (request: ProxiedRequest) => Fault | undefined;
  /** Breaks all that is under way. */
  breakAll(): void;
  /** Requests that came in. */
  readonly seen: ProxiedRequest[];
  /** Those that the API server answered with 403. */
  readonly refused: ProxiedRequest[];
  stop(): Promise<void>;
}

export async function startFaultProxy(target: {
  readonly server: string;
  readonly certificateAuthority: string;
}): Promise<FaultProxy> {
  const authority = await createCertificateAuthority(realClock, 'fault-proxy-authority', 1);
  const pair = await issueCertificate(realClock, authority, {
    commonName: 'fault-proxy',
    usage: 'server',
    hosts: ['127.0.0.1'],
    validityDays: 1,
  });
  const agent = new Agent({ ca: target.certificateAuthority, keepAlive: true });
  const server = createServer({ cert: pair.certificate, key: pair.key, ALPNProtocols: ['http/1.1'] });
  server.on('request', (incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A door: it listens on TCP.
  const { port } = server.address() as AddressInfo;
  const proxy: FaultProxy = {
    server: `https://127.0.0.1:${port}`,
    certificateAuthority: authority.certificate,
    fault: () => undefined,
    breakAll: () => server.closeAllConnections(),
    seen: [],
    refused: [],
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
  return proxy;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const request = { method, url, isWatch: /[?&]watch=(true|1)/.test(url) };
    proxy.seen.push(request);
    const fault = proxy.fault(request);
    switch (fault?.kind) {
      case 'break':
        incoming.socket.destroy();
        return;
      case 'hang':
        return;
      case 'status':
        refuse(outgoing, fault);
        return;
      case 'gone':
        outgoing.writeHead(200, { 'content-type': 'application/json' });
        outgoing.end(
          `${JSON.stringify({ type: 'ERROR', object: status(410, 'Expired', 'too old resource version') })}\n`,
        );
        return;
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        break;
      case undefined:
        break;
    }
    forward(incoming, outgoing, request);
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse, request: ProxiedRequest): void {
    const { method, url } = request;
    const { host: _, connection: __, ...headers } = incoming.headers;
    const upstream = httpsRequest(new URL(url, target.server), { method, headers, agent }, (response) => {
      if (response.statusCode === 403) proxy.refused.push(request);
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      outgoing.flushHeaders();
      response.pipe(outgoing);
      response.on('error', () => outgoing.destroy());
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  }
}

function refuse(
  outgoing: ServerResponse,
  { code, reason, message, retryAfterSeconds }: Fault & { kind: 'status' },
): void {
  outgoing.writeHead(code, {
    'content-type': 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  outgoing.end(JSON.stringify(status(code, reason, message)));
}

function status(code: number, reason: string, message: string) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}
