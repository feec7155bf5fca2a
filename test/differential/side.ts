/** One of the two servers, as its clients see it: connections of all identities, and what a case has learnt from its answers. */
import { Buffer } from 'node:buffer';
import { Connection, type Answer, type Credentials, type Wire } from './answer.ts';
import type { Body, Call, Identity, Json } from './case.ts';
import type { Certificate, CertificateName } from './certificates.ts';
import { jsonOf } from './comparable.ts';

/** What the callers of a side have in common. */
export interface Callers {
  /** Of the server, PEM. */
  readonly authority: string;
  readonly certificates: Readonly<Record<CertificateName, Certificate>>;
  readonly signingKey: string;
  readonly issuer: string;
}

/** Values of earlier answers, by `keep`. */
export type Kept = Map<string, Json>;

export class Side {
  readonly name: string;
  readonly #server: string;
  readonly #callers: Callers;
  readonly #connections = new Map<string, Connection>();

  constructor(name: string, server: string, callers: Callers) {
    this.name = name;
    this.#server = server;
    this.#callers = callers;
  }

  async ask(call: Call, kept: Kept): Promise<Answer> {
    const identity = call.as ?? 'admin';
    const authorization = this.#authorizationOf(identity, kept);
    const answer = await this.#connectionOf(identity).send(wireOf(call, kept, authorization));
    if (call.keep !== undefined) kept.set(call.keep, jsonOf(answer) ?? null);
    return answer;
  }

  /** For who writes bytes himself. */
  rawAccess(name: CertificateName | 'nobody'): { server: string; credentials: Credentials } {
    const { authority, certificates } = this.#callers;
    return { server: this.#server, credentials: { ca: authority, ...(name === 'nobody' ? {} : certificates[name]) } };
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close();
  }

  #connectionOf(identity: Identity): Connection {
    const name = typeof identity === 'string' ? identity : 'nobody';
    const { authority, certificates } = this.#callers;
    const certificate = name === 'nobody' ? {} : certificates[name];
    const connection = this.#connections.get(name) ?? new Connection(this.#server, { ca: authority, ...certificate });
    this.#connections.set(name, connection);
    return connection;
  }

  #authorizationOf(identity: Identity, kept: Kept): string | undefined {
    if (typeof identity === 'string') return undefined;
    if ('authorization' in identity) return identity.authorization;
    const { signingKey, issuer } = this.#callers;
    return `Bearer ${identity.token({ signingKey, issuer, kept: (path) => filledIn(`{${path}}`, kept) })}`;
  }
}

function wireOf(call: Call, kept: Kept, authorization: string | undefined): Wire {
  const body = bytesOf(call.body, kept);
  const type = call.type ?? (call.body === undefined ? undefined : 'application/json');
  return {
    method: call.method,
    path: filledIn(call.path, kept),
    headers: {
      ...(type === undefined || type === '' ? {} : { 'content-type': type }),
      ...(call.accept === undefined ? {} : { accept: call.accept }),
      ...(authorization === undefined ? {} : { authorization }),
      ...headersOf(call, kept),
    },
    body,
    lines: call.events,
  };
}

function headersOf({ headers = {} }: Call, kept: Kept): Wire['headers'] {
  const filled = Object.entries(headers).map(([name, value]): [string, string | string[]] => [
    name,
    typeof value === 'string' ? filledIn(value, kept) : value.map((one) => filledIn(one, kept)),
  ]);
  return Object.fromEntries(filled);
}

function bytesOf(body: Body | undefined, kept: Kept): Uint8Array {
  if (body === undefined) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'function') return Buffer.from(body());
  return Buffer.from(filledIn(typeof body === 'string' ? body : JSON.stringify(body), kept));
}

/** `{name.field.field}` of kept values; other braces stay. */
function filledIn(text: string, kept: Kept): string {
  return text.replace(/\{(\w+)((?:\.\w+)*)\}/g, (whole, name: string, fields: string) => {
    let value = kept.get(name);
    if (value === undefined) return whole;
    for (const field of fields.split('.').slice(1)) value = fieldOf(value, field);
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new Error(`${whole} is not in the answer that was kept`);
    return String(value);
  });
}

function fieldOf(value: Json | undefined, field: string): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === field)?.[1];
}
