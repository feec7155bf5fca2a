/**
 * How the CLI speaks to a running `sublet up`: a socket in the state folder, which only its owner can open. An order is one request; progress
 * comes line by line, and the last line says how it ended.
 */
import { rmSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createInterface } from 'node:readline';
import type { Service } from '../lib/service.ts';

export interface LocalOrders {
  /** Stops the tenant, removes all that it has on its host, and forgets it. @throws Error in words for the user */
  deleteTenant(name: string, tell: (progress: string) => void): Promise<void>;
}

type Line = { readonly progress: string } | { readonly done: true } | { readonly error: string };

export class LocalControl implements Service {
  readonly name = 'control';
  readonly #socket: string;
  readonly #orders: LocalOrders;
  #server: Server | undefined;

  constructor(socket: string, orders: LocalOrders) {
    this.#socket = socket;
    this.#orders = orders;
  }

  async start(): Promise<void> {
    // The folder is ours alone: what is there was left by a process that was killed.
    rmSync(this.#socket, { force: true });
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#socket, resolve);
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (line: Line): void => void response.write(`${JSON.stringify(line)}\n`);
    const [, tenant] = /^\/tenants\/([^/]+)$/.exec(request.url ?? '') ?? [];
    if (request.method !== 'DELETE' || tenant === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    try {
      await this.#orders.deleteTenant(decodeURIComponent(tenant), (progress) => say({ progress }));
      say({ done: true });
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
    response.end();
  }
}

/** Gives an order to the `sublet up` behind `socket`. @throws Error with what it said, or that it isn't there */
export async function order(
  socket: string,
  method: 'DELETE',
  path: string,
  onProgress: (progress: string) => void,
): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest({ socketPath: socket, method, path }, resolve).once('error', reject).end();
  });
  for await (const text of createInterface({ input: response })) {
    // A door: the other end is our own.
    const line = JSON.parse(text) as Line;
    if ('progress' in line) onProgress(line.progress);
    else if ('error' in line) throw new Error(line.error);
    else return;
  }
  throw new Error('sublet up ended before it was done');
}
