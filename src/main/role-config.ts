/**
 * What a role is told in its configuration file. Files it names are relative to that file's folder, so that a state folder can be moved.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { JsonObject } from '../api/json.ts';
import type { RequestHeaderOptions } from '../apiserver/authn/request-header.ts';
import type { FromHost } from '../syncer/mirrored-kind.ts';
import type { PseudoFigures } from '../translate/nodes/pseudo-node.ts';

/** How an API server of ours is reached, and what it knows itself by. */
export interface ServerConfig {
  /** SQLite file. */
  readonly store: string;
  readonly listen: { readonly address: string; readonly port: number };
  /** PEM files. */
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** Signs client certificates; also told to pods as the cluster's authority. */
  readonly authority: string;
  /** The authority's private key: with it, requests for certificates are signed here. */
  readonly authorityKey?: string;
  /** Signs certificates of front proxies, whose word for who asks then counts. Absent: there is none. */
  readonly requestHeaderAuthority?: string;
  /** Which of its certificates, and in which headers; absent: all, upstream's usual ones. */
  readonly requestHeader?: Partial<Omit<RequestHeaderOptions, 'authority'>>;
  /** With what extension API servers are called. */
  readonly frontProxyCertificate?: string;
  readonly frontProxyKey?: string;
  readonly serviceAccountKey: string;
  /** Keys whose tokens are good too, private or public: what signed before, or will. */
  readonly furtherServiceAccountKeys?: readonly string[];
  readonly serviceAccountIssuer: string;
  /** What the issuer was called before. */
  readonly formerServiceAccountIssuers?: readonly string[];
  /** Audiences of the API server itself; default: its issuer. */
  readonly apiAudiences?: readonly string[];
  /** How long events are kept after their last write; default: an hour. */
  readonly eventTtlSeconds?: number;
  /** `debug`, `info`, `warn`, `error`, `silent`. */
  readonly logLevel: string;
}

export interface TenantConfig extends ServerConfig {
  readonly tenant: string;
  readonly hostNamespace: string;
  /** A file with a {@link HostConnection}; read again when it changes. */
  readonly hostConnection: string;
  /** Which built-in controllers run, as upstream's `--controllers`: `["*", "-deployment-controller"]`. All when absent. */
  readonly controllers?: readonly string[];
  /** The tenant has several replicas: its controllers run in one of them at a time, elected by a Lease. Default false. */
  readonly leaderElect?: boolean;
  /** From which the host gives Services their addresses; absent: not known. */
  readonly serviceCidrs?: readonly string[];
  /** Which kinds the syncer carries to the host, in the same way: `["*", "-pods", "networkpolicies"]`. All that aren't off by default when absent. */
  readonly sync?: readonly string[];
  /** Which custom resources it carries to the host, and how: see `custom-sync-role.ts`. None when absent. */
  readonly syncResources?: readonly JsonObject[];
  /** What the tenant sees of its host's own objects, by plural: `{"nodes": {"selector": "pool=a", "hide": ["taints"]}}`. Nothing when absent. */
  readonly fromHost?: FromHost;
  /** What is enforced on the tenant's pods and Services (`isolation-role.ts`): `{"podSecurity": "baseline"}`. Nothing when absent. */
  readonly isolation?: JsonObject;
  /** What the nodes claim to be that stand for those of the host, where these can't be seen. */
  readonly pseudoNodes?: Partial<PseudoFigures>;
  /** Where pods reach this API server, if not at this machine's first address. */
  readonly advertise?: { readonly address: string; readonly port?: number };
  /** A Service in the host namespace, with port 443, that leads to this API server already: pods are given its address. Not beside `advertise`. */
  readonly apiService?: { readonly name: string };
  /** The tenant's own DNS, and the domain that it answers for (default `cluster.local`); absent: pods ask the host's. */
  readonly dns?: { readonly nameservers: readonly string[]; readonly clusterDomain?: string };
}

export interface HostConfig extends ServerConfig {
  readonly nodes: number;
  readonly serviceCidr: string;
}

/** How a tenant calls its host: plain and short-lived, written by whoever provisions it. */
export interface HostConnection {
  readonly server: string;
  readonly certificateAuthority: string;
  readonly token: string;
}

/**
 * Reads a role's configuration and makes its file names absolute.
 * @throws Error in words for its owner
 */
export function readRoleConfig<T extends ServerConfig>(path: string, required: readonly (keyof T & string)[]): T {
  const config = readJson(path);
  const missing = [...serverFields, ...required].filter((field) => config[field] === undefined);
  if (missing.length > 0) throw new Error(`${path} lacks ${missing.join(', ')}`);
  const folder = dirname(path);
  for (const field of fileFields) {
    const name = config[field];
    if (typeof name === 'string') config[field] = resolve(folder, name);
  }
  const keys = config['furtherServiceAccountKeys'];
  if (Array.isArray(keys)) config['furtherServiceAccountKeys'] = keys.map((name) => resolve(folder, String(name)));
  // A door: required fields are there; what is of a wrong type fails where it is first used.
  return config as unknown as T;
}

/** @throws Error in words for its owner */
export function readHostConnection(path: string): HostConnection {
  const connection = readJson(path);
  const { server, certificateAuthority, token } = connection;
  if (typeof server !== 'string' || typeof certificateAuthority !== 'string' || typeof token !== 'string') {
    throw new TypeError(`${path} lacks server, certificateAuthority or token`);
  }
  return { server, certificateAuthority, token };
}

const serverFields = [
  'store',
  'listen',
  'serverCertificate',
  'serverKey',
  'authority',
  'serviceAccountKey',
  'serviceAccountIssuer',
  'logLevel',
];
const fileFields = [
  'store',
  'serverCertificate',
  'serverKey',
  'authority',
  'authorityKey',
  'requestHeaderAuthority',
  'frontProxyCertificate',
  'frontProxyKey',
  'serviceAccountKey',
  'hostConnection',
];

function readJson(path: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new TypeError(`${path} is not a JSON object`);
  return { ...parsed };
}
