/** A webhook that answers as its path says, and remembers what it was asked. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { realClock } from '../../../src/main/real-clock.ts';
import { createCertificateAuthority, issueCertificate } from '../../../src/tenancy/certificate-authority.ts';
import type { Json } from '../case.ts';

export interface Asked {
  /** With the query. */
  readonly path: string;
  readonly review: { readonly request: { readonly uid: string; readonly [name: string]: Json } };
}

export interface RawAnswer {
  readonly status?: number;
  /** Default: JSON. */
  readonly type?: string;
  readonly body: string;
}

/** What comes at a path; a plain object is the `response` of a review. */
export type Answer = (asked: Asked) => { readonly [name: string]: Json } | RawAnswer | 'never' | 'broken';

export interface WebhookServer {
  readonly port: number;
  /** PEM. */
  readonly authority: string;
  readonly asked: Asked[];
  stop(): Promise<void>;
}

export async function startWebhookServer(answers: Readonly<Record<string, Answer>>): Promise<WebhookServer> {
  const authority = await createCertificateAuthority(realClock, 'webhooks', 1);
  const { certificate, key } = await issueCertificate(realClock, authority, {
    commonName: 'webhook',
    usage: 'server',
    hosts: ['127.0.0.1'],
    validityDays: 1,
  });
  const all: Asked[] = [];
  const server: Server = createServer({ cert: certificate, key }, (request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? '';
      const asked: Asked = { path, review: JSON.parse(body) as Asked['review'] };
      all.push(asked);
      const answer = answers[path.split('?', 1)[0]?.slice(1) ?? '']?.(asked) ?? {
        status: 404,
        body: 'no such webhook',
      };
      if (answer === 'never') return;
      if (answer === 'broken') {
        request.socket.destroy();
        return;
      }
      if (typeof answer['body'] === 'string') {
        response.writeHead(typeof answer['status'] === 'number' ? answer['status'] : 200, {
          'content-type': typeof answer['type'] === 'string' ? answer['type'] : 'application/json',
        });
        response.end(answer['body']);
        return;
      }
      const { apiVersion, kind } = asked.review as unknown as { apiVersion: string; kind: string };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ apiVersion, kind, response: { uid: asked.review.request.uid, ...answer } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    authority: authority.certificate,
    asked: all,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
