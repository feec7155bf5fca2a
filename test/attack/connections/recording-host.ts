/** A host's API server that gives the copies it is told, and notes whatever else reaches it: request lines and headers, as they came over the wire. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import type { KubeObject } from '../../../src/api/object.ts';
import { realClock } from '../../../src/main/real-clock.ts';
import { createCertificateAuthority, issueCertificate } from '../../../src/tenancy/certificate-authority.ts';

export interface Reached {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Name, value, name, value… */
  readonly headers: readonly string[];
}

export interface RecordingHost {
  readonly server: string;
  readonly authority: string;
  /** By path; what is answered to a GET of an object. */
  readonly copies: Map<string, KubeObject>;
  readonly reached: Reached[];
  close(): void;
}

export async function startRecordingHost(): Promise<RecordingHost> {
  const authority = await createCertificateAuthority(realClock, 'hosts', 1);
  const pair = await issueCertificate(realClock, authority, {
    commonName: 'host',
    usage: 'server',
    hosts: ['127.0.0.1'],
    validityDays: 1,
  });
  const copies = new Map<string, KubeObject>();
  const reached: Reached[] = [];
  const note = ({ method = '', url = '', rawHeaders }: IncomingMessage): void => {
    reached.push({ method, target: url, headers: rawHeaders });
  };
  const server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
    request.on('error', () => undefined).resume();
    const isObject = /^\/api\/v1\/namespaces\/[^/]+\/(?:pods|services)\/[^/?]+$/.test(request.url ?? '');
    if (request.method === 'GET' && isObject) {
      const copy = copies.get(request.url ?? '');
      response.writeHead(copy ? 200 : 404, { 'content-type': 'application/json' });
      const missing = {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        reason: 'NotFound',
        code: 404,
      };
      return void response.end(JSON.stringify(copy ?? missing));
    }
    note(request);
    response.end('reached');
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    note(request);
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: x\r\n\r\n');
    socket.end('reached');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server: `https://127.0.0.1:${port}`,
    authority: authority.certificate,
    copies,
    reached,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
