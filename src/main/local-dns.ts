/** The tenants' DNS of `sublet up`: `sublet dns` in a process of its own, beside the tenants: it answers while they are stopped. */
import { mkdirSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Endpoint } from '../gateway/dns/dns-service.ts';
import { freePort, type StateFolder } from '../tenancy/state-folder.ts';
import { ChildRole } from './child-role.ts';
import type { UpFlags } from './up-flags.ts';

export interface LocalDns {
  readonly service: ChildRole;
  /** `127.0.0.1:5353`: where it answers. */
  readonly address: string;
}

/** `undefined`: it isn't wanted. Doesn't start it. */
export async function localDns(
  folder: StateFolder,
  { dnsListen, dns, hostKubeconfig, logLevel }: UpFlags,
  onTrouble: (text: string) => void,
): Promise<LocalDns | undefined> {
  if (!dnsListen) return undefined;
  const port = dnsListen.port === 0 ? await freePort(dnsListen.address) : dnsListen.port;
  const address = endpointText({ ...dnsListen, port });
  const logFolder = join(folder.path, 'dns');
  mkdirSync(logFolder, { recursive: true, mode: 0o700 });
  const service = new ChildRole({
    role: 'dns',
    args: [
      '--kubeconfig',
      hostKubeconfig ?? folder.hostKubeconfig,
      '--listen',
      address,
      '--log-level',
      logLevel,
      ...(dns ? ['--cluster-domain', dns.clusterDomain] : []),
      ...(dns?.nameservers ?? []).flatMap((server) => ['--server', server]),
    ],
    logFile: join(logFolder, 'log'),
    onTrouble,
  });
  return { service, address };
}

function endpointText({ address, port }: Endpoint): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
