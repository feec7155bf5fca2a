/**
 * What is asked of both servers, as data. A case is a name that says what it specifies, requests that prepare (`given`), and requests whose
 * answers are compared. Paths and bodies may name `{ns}`, a namespace that the case has for itself, and values out of earlier answers
 * (`{pod.metadata.uid}` of a request with `keep: 'pod'`).
 */

import type { CertificateName } from './certificates.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Who asks: without a certificate, with one (see `certificates.ts`), or with what the header says, or with a token made when it is sent. */
export type Identity =
  | 'nobody'
  | CertificateName
  | { readonly authorization: string }
  | { readonly token: (forge: Forge) => string };

/** What is needed to make tokens, good and bad. */
export interface Forge {
  /** PEM; of service accounts' tokens, on both sides. */
  readonly signingKey: string;
  readonly issuer: string;
  /** A value of an earlier answer: `account.metadata.uid`. */
  kept(path: string): string;
}

export interface CallOptions {
  /** Content type of the body; application/json for POST and PUT when absent. */
  readonly type?: string;
  readonly accept?: string;
  /** A list: the header comes several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly as?: Identity;
  /** Name for values of this answer in later requests. */
  readonly keep?: string;
  /** A watch: so many events are read. */
  readonly events?: number;
}

/** Big or binary bodies are made when they are sent. */
export type Body = Json | Uint8Array | (() => string);

export interface Call extends CallOptions {
  readonly method: string;
  /** With the query, as it goes over the wire. */
  readonly path: string;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: Body;
}

export interface Case {
  readonly name: string;
  /** Must succeed on both sides. */
  readonly given?: readonly Call[];
  /** What is asked, again and again, until it is answered with this status: upstream needs a moment for what was prepared. */
  readonly until?: { readonly call: Call; readonly status: number };
  readonly calls: readonly Call[];
}

export interface Family {
  readonly name: string;
  readonly cases: readonly Case[];
}

export const get = (path: string, options: CallOptions = {}): Call => ({ method: 'GET', path, ...options });

export const post = (path: string, body?: Body, options: CallOptions = {}): Call =>
  withBody('POST', path, body, options);

export const put = (path: string, body?: Body, options: CallOptions = {}): Call => withBody('PUT', path, body, options);

export const del = (path: string, body?: Body, options: CallOptions = {}): Call =>
  withBody('DELETE', path, body, options);

export const call = (method: string, path: string, options: CallOptions = {}): Call => ({ method, path, ...options });

export type PatchForm = 'json' | 'merge' | 'strategic' | 'apply';

const patchTypes: Readonly<Record<PatchForm, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

export const patch = (form: PatchForm, path: string, body?: Body, options: CallOptions = {}): Call =>
  withBody('PATCH', path, body, { type: patchTypes[form], ...options });

/** A case of one request. */
export const one = (name: string, request: Call, given: readonly Call[] = []): Case => ({
  name,
  given,
  calls: [request],
});

/** One case for each entry: `name` is a template's last part. */
export const each = <T>(
  prefix: string,
  entries: Readonly<Record<string, T>>,
  make: (entry: T) => Call | readonly Call[],
  given: readonly Call[] = [],
): Case[] =>
  Object.entries(entries).map(([name, entry]) => {
    const made = make(entry);
    return { name: `${prefix}: ${name}`, given, calls: isCalls(made) ? made : [made] };
  });

const isCalls = (value: Call | readonly Call[]): value is readonly Call[] => Array.isArray(value);

function withBody(method: string, path: string, body: Body | undefined, options: CallOptions): Call {
  return { method, path, ...(body === undefined ? {} : { body }), ...options };
}
