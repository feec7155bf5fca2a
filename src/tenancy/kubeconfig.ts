/**
 * Kubeconfig files: written for tenants and hosts, and resolved — exec plugins, cloud logins and all — into plain credentials, so that a tenant's
 * process needs none of that.
 */
import { KubeConfig } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';
import { encodeYaml } from '../api/codec/yaml-writer.ts';

/** What it takes to call an API server. PEM texts; either a token or a certificate with its key. */
export interface Connection {
  readonly server: string;
  readonly certificateAuthority: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly token?: string;
}

/** The text of a kubeconfig with one context, everything inline, so that the file works wherever it is carried. */
export function kubeconfigText(name: string, user: string, connection: Connection): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const config = encodeYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: { server: connection.server, 'certificate-authority-data': base64(connection.certificateAuthority) },
      },
    ],
    users: [
      {
        name: user,
        user: {
          ...(connection.clientCertificate === undefined
            ? {}
            : { 'client-certificate-data': base64(connection.clientCertificate) }),
          ...(connection.clientKey === undefined ? {} : { 'client-key-data': base64(connection.clientKey) }),
          ...(connection.token === undefined ? {} : { token: connection.token }),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  });
  return Buffer.from(config).toString();
}

/**
 * Plain credentials from a kubeconfig file's current context; runs exec plugins where it names them.
 * @throws Error with what is wrong with the file, in words for its owner.
 */
export async function resolveKubeconfig(path: string): Promise<Connection> {
  const config = new KubeConfig();
  try {
    config.loadFromFile(path);
  } catch (error) {
    throw new Error(`cannot read the kubeconfig ${path}: ${messageOf(error)}`, { cause: error });
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`the kubeconfig ${path} has no current context with a cluster`);
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const authorization = new Headers(options.headers as Record<string, string> | undefined).get('authorization');
  const token = authorization?.match(/^Bearer (.+)$/i)?.[1];
  const certificateAuthority = pemText(options.ca);
  const clientCertificate = pemText(options.cert);
  const clientKey = pemText(options.key);
  if (certificateAuthority === undefined) {
    throw new Error(`the kubeconfig ${path} names no certificate authority for ${cluster.server}`);
  }
  return {
    server: cluster.server,
    certificateAuthority,
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(clientKey === undefined ? {} : { clientKey }),
    ...(token === undefined ? {} : { token }),
  };
}

function pemText(value: unknown): string | undefined {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value.toString() : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
