/** `sublet dns`: one name server for the pods of all tenants of a host. It needs nothing of the tenants' own processes. */
import { readFileSync } from 'node:fs';
import { createClient } from '../client/create-client.ts';
import { createHttpExchange, type HttpExchange } from '../client/http-exchange.ts';
import { DnsService } from '../gateway/dns/dns-service.ts';
import type { Service } from '../lib/service.ts';
import { resolveKubeconfig } from '../tenancy/kubeconfig.ts';
import { connectionExchange } from './connection-exchange.ts';
import { dnsHelp, parseDnsFlags, type DnsFlags } from './dns-flags.ts';
import { processLogger } from './process-logger.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';
import { runRole } from './run-role.ts';

export async function main(args: readonly string[]): Promise<void> {
  const flags = parseDnsFlags(args);
  if (flags) await runRole(await composeDns(flags));
  else process.stdout.write(dnsHelp);
}

async function composeDns({ settings, kubeconfig, logLevel }: DnsFlags): Promise<readonly Service[]> {
  const logger = processLogger('dns', logLevel);
  const { exchange, close } =
    kubeconfig === undefined ? ownPod() : connectionExchange(await resolveKubeconfig(kubeconfig));
  const host = createClient('host', exchange, { userAgent: 'sublet-dns' });
  const connection: Service = {
    name: 'connection',
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(close()),
  };
  const service = new DnsService(settings, { host, clock: realClock, random: realRandom, logger });
  return [connection, service];
}

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** As Kubernetes tells every pod. The token's file is read anew for each request: the kubelet renews it. */
function ownPod(): HttpExchange {
  const { KUBERNETES_SERVICE_HOST: address, KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
  if (!address) throw new Error('there is no --kubeconfig, and this does not run in a pod');
  return createHttpExchange({
    server: `https://${address.includes(':') ? `[${address}]` : address}:${port}`,
    certificateAuthority: readFileSync(`${accountFolder}/ca.crt`, 'utf8'),
    clock: realClock,
    token: () => readFileSync(`${accountFolder}/token`, 'utf8').trim(),
  });
}
