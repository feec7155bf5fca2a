/** One of the two servers, as its clients see it: connections of all identities, and what a case has learnt from its answers. */
import { Buffer } from 'node:buffer';
import { Connection, type Answer, type Credentials, type Wire } from './answer.ts';
import type { Body, Call, Identity, Json } from './case.ts';
import { jsonOf } from './comparable.ts';

/** Of each identity that proves itself by certificate. */
export interface Certificates {
  readonly ca: string;
  readonly admin: Certificate;
  readonly expired: Certificate;
  readonly stranger: Certificate;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Values of earlier answers, by `keep`. */
export type Kept = Map<string, Json>;

export class Side {
  readonly name: string;
  readonly #connections: Readonly<
    Record<'admin' | 'nobody' | 'expired-certificate' | 'stranger-certificate', Connection>
  >;

  constructor(name: string, server: string, { ca, admin, expired, stranger }: Certificates) {
    this.name = name;
    const connection = (credentials: Omit<Credentials, 'ca'>): Connection =>
      new Connection(server, { ca, ...credentials });
    this.#connections = {
      admin: connection(admin),
      nobody: connection({}),
      'expired-certificate': connection(expired),
      'stranger-certificate': connection(stranger),
    };
  }

  async ask(call: Call, kept: Kept): Promise<Answer> {
    const answer = await this.#connectionOf(call.as ?? 'admin').send(wireOf(call, kept));
    if (call.keep !== undefined) kept.set(call.keep, jsonOf(answer) ?? null);
    return answer;
  }

  close(): void {
    for (const connection of Object.values(this.#connections)) connection.close();
  }

  #connectionOf(identity: Identity): Connection {
    return this.#connections[typeof identity === 'string' ? identity : 'nobody'];
  }
}

function wireOf(call: Call, kept: Kept): Wire {
  const body = bytesOf(call.body, kept);
  const type = call.type ?? (call.body === undefined ? undefined : 'application/json');
  return {
    method: call.method,
    path: filledIn(call.path, kept),
    headers: {
      ...(type === undefined || type === '' ? {} : { 'content-type': type }),
      ...(call.accept === undefined ? {} : { accept: call.accept }),
      ...(typeof call.as === 'object' ? { authorization: call.as.authorization } : {}),
      ...call.headers,
    },
    body,
    lines: call.events,
  };
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
