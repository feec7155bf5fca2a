/** Both servers, side by side, and connections to them. */
import { readFileSync } from 'node:fs';
import { credentialFiles } from '../../hack/host-cluster/credentials.ts';
import type { KeyPair } from '../../src/tenancy/certificate-authority.ts';
import { startUpstreamHost, type UpstreamHost } from '../host/upstream.ts';
import { callerCertificates } from './certificates.ts';
import { Side, type Callers } from './side.ts';
import { startSubletServer, type ServerCredentials, type SubletServer } from './sublet-server.ts';

export interface Pair {
  readonly sublet: Side;
  readonly upstream: Side;
}

export interface RunningPair extends Pair {
  readonly credentials: ServerCredentials;
  stop(): Promise<void>;
}

/** Neither has controllers. @throws Error when one does not start; nothing is left running then */
export async function startPair(): Promise<RunningPair> {
  const host = await startUpstreamHost({ controllers: false });
  let sublet: SubletServer | undefined;
  try {
    const credentials = credentialsOf(host);
    const own = (sublet = await startSubletServer(credentials));
    const pair = await connectBoth(host, own, credentials);
    return {
      ...pair,
      credentials,
      async stop() {
        for (const side of Object.values(pair)) side.close();
        await Promise.all([own.stop(), host.stop()]);
      },
    };
  } catch (error) {
    await Promise.all([sublet?.stop(), host.stop()]);
    throw error;
  }
}

function credentialsOf(host: UpstreamHost): ServerCredentials {
  const { authority, frontProxyAuthority, serviceAccountKey } = credentialFiles(host.folder);
  const text = (path: string): string => readFileSync(path, 'utf8');
  const pair = (files: { certificate: string; key: string }): KeyPair => ({
    certificate: text(files.certificate),
    key: text(files.key),
  });
  return {
    users: pair(authority),
    frontProxies: pair(frontProxyAuthority),
    serviceAccountKey: text(serviceAccountKey),
    serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
  };
}

async function connectBoth(host: UpstreamHost, sublet: SubletServer, credentials: ServerCredentials): Promise<Pair> {
  const callers: Callers = {
    authority: host.ca,
    certificates: await callerCertificates(credentials),
    signingKey: credentials.serviceAccountKey,
    issuer: credentials.serviceAccountIssuer,
  };
  return {
    sublet: new Side('Sublet', sublet.server, callers),
    upstream: new Side('upstream', host.server, callers),
  };
}
