import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../api/json.ts';
import type { Endpoint } from '../gateway/dns/dns-service.ts';
import { parseSwitches } from '../lib/switches.ts';
import type { FromHost } from '../syncer/mirrored-kind.ts';
import { offByDefault } from '../syncer/kinds/synced-kinds.ts';
import type { ClusterDns } from '../translate/pods/cluster-dns.ts';
import { checkAdvertised, clusterDns, isLocal } from './api-service-role.ts';
import { parseEndpoint } from './dns-flags.ts';
import { isolationOf } from './isolation-role.ts';
import { checkSyncResources } from './custom-sync-role.ts';
import { mirrorsOf, parseFromHost } from './mirrors-role.ts';

export interface UpFlags {
  readonly dir: string;
  /** The tenant that is made when there is none. */
  readonly tenant: string;
  readonly nodes: number;
  readonly address: string;
  readonly hostKubeconfig: string | undefined;
  readonly hostNamespace: string | undefined;
  readonly logLevel: string;
  /** Which of the tenants' controllers run. */
  readonly controllers: readonly string[];
  /** Which kinds go to the host. */
  readonly sync: readonly string[];
  /** Which custom resources, and how. */
  readonly syncResources: readonly JsonObject[];
  /** What the tenants see of their host. */
  readonly fromHost: FromHost;
  /** What is enforced on the tenants' pods and Services. */
  readonly isolation: JsonObject | undefined;
  /** What pseudo nodes claim to have, where that isn't the default. */
  readonly pseudoCapacity: Readonly<Record<string, string>>;
  /** Where pods reach the tenants' API servers, if that is another address than the one listened on. */
  readonly advertiseAddress: string | undefined;
  /** The tenants' own DNS; absent: pods ask the host's. */
  readonly dns: ClusterDns | undefined;
  /** Where to answer DNS for the tenants' pods; absent: not here. */
  readonly dnsListen: Endpoint | undefined;
}

export const upHelp = `sublet up: a host and its tenants on this machine

  --dir DIR               where the state lives (default .sublet)
  --tenant NAME           the tenant that is made at the first start (default demo)
  --nodes N               simulated nodes of the embedded host (default 3)
  --address ADDRESS       where the API servers listen (default 127.0.0.1)
  --host-kubeconfig FILE  use this cluster as the host instead of the embedded one
  --host-namespace NS     the tenant's namespace on the host (default sublet-NAME)
  --log-level LEVEL       debug, info, warn, error or silent (default warn)
  --controllers LIST      the tenants' built-in controllers: '*' for all, 'name' for one, '-name' for one less (default *)
  --sync LIST             which kinds the tenants' syncers carry to the host, in the same way: '*,-pods' (default *, which leaves
                          these out: ${offByDefault.join(', ')};
                          '*,networkpolicies' has them, too)
  --sync-resources FILE   which custom resources go there, too, and how: a list, as YAML or JSON, for each of them its name, patches, references
                          and selectors ([{resource: crontabs.example.com}])
  --from-host KIND[:SELECTOR]
                          which of their host's own objects tenants see, once for each kind: nodes, storageclasses,
                          csidrivers, csinodes, ingressclasses, runtimeclasses, priorityclasses, gatewayclasses,
                          volumesnapshotclasses, custom resources (issuers.example.com); nodes:pool=tenants: only some
                          (default none: then a node stands for each on which a pod runs)
  --from-host KIND@NS/NAME=NS/NAME[:SELECTOR]
                          what they see, and where, of other namespaces of the host: configmaps, secrets, custom resources;
                          'configmaps@shared/*=ours/*:tier=gold': all that are selected
  --hide KIND.WHAT        what they don't see of these: nodes.taints, nodes.addresses
  --pod-security LEVEL    what the tenants' pods must keep to on the host, whatever the tenant lets through: privileged,
                          baseline or restricted, with a version or not (baseline:v1.36; default privileged)
  --isolation FILE        all that is enforced on them, as YAML or JSON: volumes, host ports, tolerations, registries …
  --pseudo-capacity LIST  what the nodes that only stand for others claim to have (default
                          cpu=16,memory=32Gi,ephemeral-storage=100Gi,pods=110)
  --advertise-address IP  where pods on the host reach the tenants' API servers (default --address, if that is one machine's,
                          else this machine's first address)
  --dns ADDRESS:PORT      answer DNS for the tenants' pods there (sublet dns; default: not). If that is port 53 of an address that pods can
                          reach, they ask it, unless --cluster-dns says otherwise
  --cluster-dns LIST      addresses of the DNS that tenants' pods ask (default: the host's)
  --cluster-domain NAME   the domain that it answers for (default cluster.local)
`;

/** @throws Error in words for who typed it; `undefined`: help was asked for */
export function parseUpFlags(args: readonly string[]): UpFlags | undefined {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      dir: { type: 'string', default: '.sublet' },
      tenant: { type: 'string', default: 'demo' },
      nodes: { type: 'string', default: '3' },
      address: { type: 'string', default: '127.0.0.1' },
      'host-kubeconfig': { type: 'string' },
      'host-namespace': { type: 'string' },
      'log-level': { type: 'string', default: 'warn' },
      controllers: { type: 'string', default: '*' },
      sync: { type: 'string', default: '*' },
      'sync-resources': { type: 'string' },
      'from-host': { type: 'string', multiple: true, default: [] },
      hide: { type: 'string', multiple: true, default: [] },
      'pod-security': { type: 'string' },
      isolation: { type: 'string' },
      'pseudo-capacity': { type: 'string', default: '' },
      'advertise-address': { type: 'string' },
      dns: { type: 'string' },
      'cluster-dns': { type: 'string' },
      'cluster-domain': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const nodes = Number(values.nodes);
  if (!Number.isInteger(nodes) || nodes < 0 || nodes > 64)
    throw new Error(`--nodes takes a number from 0 to 64, not ${values.nodes}`);
  // Joined into names of the host: a DNS label that leaves room for them.
  if (!/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/.test(values.tenant)) {
    throw new Error(
      `--tenant takes a name of lower-case letters, digits and dashes, at most 32 long, not ${values.tenant}`,
    );
  }
  const dnsListen = values.dns === undefined ? undefined : parseEndpoint(values.dns, undefined);
  return {
    dir: resolve(values.dir),
    tenant: values.tenant,
    nodes,
    address: values.address,
    hostKubeconfig: values['host-kubeconfig'] === undefined ? undefined : resolve(values['host-kubeconfig']),
    hostNamespace: values['host-namespace'],
    logLevel: values['log-level'],
    controllers: parseSwitches(values.controllers),
    sync: parseSwitches(values.sync),
    syncResources: readSyncResources(values['sync-resources']),
    fromHost: parseFromHost(values['from-host'], values.hide.flatMap(parseSwitches)),
    isolation: readIsolation(values.isolation, values['pod-security']),
    pseudoCapacity: parseCapacity(values['pseudo-capacity']),
    advertiseAddress: advertised(values.address, values['advertise-address']),
    dns: parseDns(values['cluster-dns'] ?? askedByPods(dnsListen), values['cluster-domain']),
    dnsListen,
  };
}

/** Pods ask at the usual port only. */
function askedByPods(listen: Endpoint | undefined): string | undefined {
  return listen?.port === 53 && !isLocal(listen.address) ? listen.address : undefined;
}

function advertised(listen: string, typed: string | undefined): string | undefined {
  if (typed === undefined) return isLocal(listen) ? undefined : listen;
  checkAdvertised(typed);
  return typed;
}

function parseDns(nameservers: string | undefined, domain: string | undefined): ClusterDns | undefined {
  if (nameservers !== undefined) return clusterDns(parseSwitches(nameservers), domain);
  if (domain !== undefined) throw new Error('--cluster-domain says what --cluster-dns answers for; name that, too');
  return undefined;
}

function readSyncResources(file: string | undefined): readonly JsonObject[] {
  return file === undefined ? [] : checkSyncResources(parse(readFileSync(file, 'utf8')) ?? []);
}

/** The level of the flag counts more than that of the file. */
function readIsolation(file: string | undefined, podSecurity: string | undefined): JsonObject | undefined {
  if (file === undefined) return isolationOf(undefined, podSecurity);
  const parsed: unknown = parse(readFileSync(file, 'utf8'));
  return isolationOf(parsed, podSecurity);
}

function parseCapacity(text: string): Record<string, string> {
  const capacity = Object.fromEntries(
    parseSwitches(text).map((entry) => {
      const [, name, amount] = /^([^=]+)=([^=]+)$/.exec(entry) ?? [];
      if (name === undefined || amount === undefined)
        throw new Error(`--pseudo-capacity takes cpu=4,memory=8Gi and the like, not ${entry}`);
      return [name, amount];
    }),
  );
  mirrorsOf({ pseudoNodes: { capacity } });
  return capacity;
}
