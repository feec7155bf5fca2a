/** Who is who in a host cluster: its authorities, the certificates of its components, and the kubeconfigs they use. Made once per folder. */
import { createPublicKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Clock } from '../../src/lib/clock.ts';
import {
  createCertificateAuthority,
  createSigningKey,
  issueCertificate,
  type KeyPair,
} from '../../src/tenancy/certificate-authority.ts';
import { kubeconfigText } from '../../src/tenancy/kubeconfig.ts';

const validityDays = 365;
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: () => {
    throw new Error('certificates wait for nothing');
  },
};

/** Clients of the API server, by the names of their kubeconfigs. */
const clients = {
  admin: { commonName: 'admin', organizations: ['system:masters'] },
  'kube-controller-manager': { commonName: 'system:kube-controller-manager' },
  'kube-scheduler': { commonName: 'system:kube-scheduler' },
} as const;

/** The clients that a node adds. */
const nodeClients = (name: string) =>
  ({
    kubelet: { commonName: `system:node:${name}`, organizations: ['system:nodes'] },
    'kube-proxy': { commonName: 'system:kube-proxy' },
  }) as const;

type ClientName = keyof typeof clients | keyof ReturnType<typeof nodeClients>;

/** A node that belongs to the cluster. */
export interface NodeIdentity {
  readonly name: string;
  /** Its own address; the API server answers there, too. */
  readonly address: string;
  /** The address of the service `kubernetes`. */
  readonly kubernetes: string;
}

/** What the API server answers to: its own address, and what pods of a cluster call it. */
const serverHosts = [
  '127.0.0.1',
  'localhost',
  '10.96.0.1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** The files of a folder's credentials, for the components' flags. */
export function credentialFiles(folder: string) {
  const pki = join(folder, 'pki');
  const pair = (name: string) => ({ certificate: join(pki, `${name}.crt`), key: join(pki, `${name}.key`) });
  return {
    pki,
    authority: pair('ca'),
    server: pair('server'),
    frontProxyAuthority: pair('front-proxy-ca'),
    frontProxyClient: pair('front-proxy-client'),
    serviceAccountKey: join(pki, 'service-account.key'),
    serviceAccountPublicKey: join(pki, 'service-account.pub'),
    client: (name: ClientName) => pair(name),
    /** What the kubelet serves with, and what the API server calls it with; only with a node. */
    kubeletServer: pair('kubelet-server'),
    kubeletClient: pair('kubelet-client'),
    kubeconfig: (name: ClientName) => join(folder, `${name}.kubeconfig`),
  };
}

/** What an API server that is not of this folder signs with. PEM. */
export interface ForeignAuthority {
  readonly authority: KeyPair;
  readonly serviceAccountKey: string;
}

/**
 * Makes what is not there yet: all of it, or nothing.
 * @param foreign for components that serve another's API server
 * @param node for a cluster with a node
 */
export async function ensureCredentials(
  folder: string,
  foreign?: ForeignAuthority,
  node?: NodeIdentity,
): Promise<void> {
  const files = credentialFiles(folder);
  if (existsSync(files.pki)) return;
  const authority = foreign?.authority ?? (await createCertificateAuthority(clock, 'kubernetes-ca', validityDays));
  const frontProxy = await createCertificateAuthority(clock, 'front-proxy-ca', validityDays);
  const pairs: Record<string, KeyPair> = {
    ca: authority,
    'front-proxy-ca': frontProxy,
    server: await issueCertificate(clock, authority, {
      // Unlike the authority's: a certificate whose issuer has its own name counts as self-signed.
      commonName: 'kube-apiserver',
      usage: 'server',
      hosts: [...serverHosts, ...(node ? [node.address, node.kubernetes] : [])],
      validityDays,
    }),
    'front-proxy-client': await issueCertificate(clock, frontProxy, {
      commonName: 'front-proxy-client',
      usage: 'client',
      validityDays,
    }),
  };
  if (node) {
    pairs['kubelet-server'] = await issueCertificate(clock, authority, {
      commonName: node.name,
      usage: 'server',
      hosts: [node.name, node.address],
      validityDays,
    });
    pairs['kubelet-client'] = await issueCertificate(clock, authority, {
      commonName: 'kube-apiserver-kubelet-client',
      organizations: ['system:masters'],
      usage: 'client',
      validityDays,
    });
  }
  for (const [name, client] of Object.entries({ ...clients, ...(node ? nodeClients(node.name) : {}) })) {
    pairs[name] = await issueCertificate(clock, authority, { ...client, usage: 'client', validityDays });
  }
  const signingKey = foreign?.serviceAccountKey ?? (await createSigningKey());
  const unfinished = `${files.pki}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string): void => writeFileSync(join(unfinished, name), text, { mode: 0o600 });
  for (const [name, { certificate, key }] of Object.entries(pairs)) {
    write(`${name}.crt`, certificate);
    write(`${name}.key`, key);
  }
  write('service-account.key', signingKey);
  write('service-account.pub', createPublicKey(signingKey).export({ type: 'spki', format: 'pem' }).toString());
  renameSync(unfinished, files.pki);
}

/** Writes the clients' kubeconfigs for an API server at this address, with everything inline: they work wherever they are carried. */
export function writeKubeconfigs(folder: string, server: string): void {
  const files = credentialFiles(folder);
  const certificateAuthority = readFileSync(files.authority.certificate, 'utf8');
  for (const name of ['admin', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'] as const) {
    const pair = files.client(name);
    if (!existsSync(pair.certificate)) continue;
    const text = kubeconfigText('host', name, {
      server,
      certificateAuthority,
      clientCertificate: readFileSync(pair.certificate, 'utf8'),
      clientKey: readFileSync(pair.key, 'utf8'),
    });
    writeFileSync(files.kubeconfig(name), text, { mode: 0o600 });
  }
}

/** The address of the API server that a kubeconfig of {@link writeKubeconfigs} names. */
export function serverOf(kubeconfig: string): string {
  // Written by writeKubeconfigs.
  const { clusters } = parse(readFileSync(kubeconfig, 'utf8')) as { clusters: { cluster: { server: string } }[] };
  const [entry] = clusters;
  if (!entry) throw new Error(`${kubeconfig} names no cluster`);
  return entry.cluster.server;
}
