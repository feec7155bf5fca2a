/**
 * What network policies allow on one node, as one nftables table: for each isolated pod and direction a chain that returns for what is allowed and
 * drops the rest. Answers to what was allowed pass; so does the node itself to its own pods, as probes need. IPv4 only. Pure.
 */
import { matchesLabelSelector, type LabelSelector } from '../../../src/api/label-selector.ts';

export interface PolicyPod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Record<string, string> };
  readonly spec: {
    readonly hostNetwork?: boolean;
    readonly containers: readonly PortsOfContainer[];
    readonly initContainers?: readonly PortsOfContainer[];
  };
  readonly status?: { readonly phase?: string; readonly podIP?: string };
}

interface PortsOfContainer {
  readonly ports?: readonly { readonly name?: string; readonly protocol?: string; readonly containerPort: number }[];
}

export interface PolicyNamespace {
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
}

export interface NetworkPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly Port[] }[];
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[];
  };
}

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** All that the policies speak of. */
export interface PolicyWorld {
  readonly pods: readonly PolicyPod[];
  readonly namespaces: readonly PolicyNamespace[];
  readonly policies: readonly NetworkPolicy[];
}

type Direction = 'ingress' | 'egress';

interface Rule {
  readonly peers: readonly Peer[];
  readonly ports: readonly Port[];
}

export const policyTable = 'sublet-policies';
const established = '    ct state established,related accept';

/** The table's text, for `nft -f -`: it takes the place of the one before. */
export function policyRules(world: PolicyWorld): string {
  const pods = world.pods.filter(hasAddress);
  const chains: string[] = [];
  const jumps = (direction: Direction): readonly string[] =>
    pods.flatMap((pod) => {
      const policies = world.policies.filter((policy) => isolates(policy, pod, direction));
      if (policies.length === 0) return [];
      const name = `${direction}-${chains.length}`;
      const allowed = policies.flatMap((policy) => allowedBy(policy, pod, direction, { ...world, pods }));
      chains.push(chainText(name, pod, new Set(allowed)));
      return [`${addressOf(pod)} : jump ${name}`];
    });
  const into = jumps('ingress');
  const outOf = jumps('egress');
  const egress = outOf.length > 0 ? [`    ip saddr vmap { ${outOf.join(', ')} }`] : [];
  const ingress = into.length > 0 ? [`    ip daddr vmap { ${into.join(', ')} }`] : [];
  return [
    `table ip ${policyTable}`,
    `delete table ip ${policyTable}`,
    `table ip ${policyTable} {`,
    ...chains,
    '  chain forward {',
    '    type filter hook forward priority -10; policy accept;',
    established,
    ...egress,
    ...ingress,
    '  }',
    '  chain input {',
    '    type filter hook input priority -10; policy accept;',
    established,
    ...egress,
    '  }',
    '}',
    '',
  ].join('\n');
}

function hasAddress({ spec, status }: PolicyPod): boolean {
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return status?.podIP !== undefined && !status.podIP.includes(':') && spec.hostNetwork !== true && !ended;
}

function addressOf({ status }: PolicyPod): string {
  return status?.podIP ?? '';
}

function isolates({ metadata, spec }: NetworkPolicy, pod: PolicyPod, direction: Direction): boolean {
  if (metadata.namespace !== pod.metadata.namespace) return false;
  if (!matchesLabelSelector(spec.podSelector ?? {}, pod.metadata.labels)) return false;
  if (direction === 'ingress') return spec.policyTypes?.includes('Ingress') ?? true;
  return spec.policyTypes?.includes('Egress') ?? (spec.egress?.length ?? 0) > 0;
}

function chainText(name: string, pod: PolicyPod, allowed: ReadonlySet<string>): string {
  const side = name.startsWith('ingress') ? 'saddr' : 'daddr';
  const own = `ip ${side} ${addressOf(pod)}`;
  const lines = [own, ...allowed].map((match) => `    ${match}${match === '' ? '' : ' '}return`);
  return [`  chain ${name} {`, ...lines, '    counter drop', '  }'].join('\n');
}

/** What one policy lets through, each as the match of a rule. */
function allowedBy(policy: NetworkPolicy, pod: PolicyPod, direction: Direction, world: PolicyWorld): string[] {
  return rulesOf(policy, direction).flatMap(({ peers, ports }) =>
    (ports.length > 0 ? ports : [undefined]).flatMap((port) =>
      portMatches(port, pod, direction, world).flatMap(({ match, targets }) =>
        peerMatches(policy, peers, direction, targets).map((peer) => [peer, match].filter(Boolean).join(' ')),
      ),
    ),
  );
}

function rulesOf({ spec }: NetworkPolicy, direction: Direction): readonly Rule[] {
  return direction === 'ingress'
    ? (spec.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
    : (spec.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports }));
}

interface PortMatch {
  readonly match: string;
  /** Where peers are looked for; `named`: only there, since a named port is another number elsewhere. */
  readonly targets: PolicyWorld & { readonly named: boolean };
}

function portMatches(port: Port | undefined, pod: PolicyPod, direction: Direction, world: PolicyWorld): PortMatch[] {
  if (port === undefined) return [{ match: '', targets: { ...world, named: false } }];
  const protocol = port.protocol ?? 'TCP';
  const match = (number: number | string): string => `${protocol.toLowerCase()} dport ${number}`;
  if (port.port === undefined) {
    return [{ match: `meta l4proto ${protocol.toLowerCase()}`, targets: { ...world, named: false } }];
  }
  if (typeof port.port === 'number') {
    const numbers = port.endPort === undefined ? port.port : `${port.port}-${port.endPort}`;
    return [{ match: match(numbers), targets: { ...world, named: false } }];
  }
  const { port: name } = port;
  if (direction === 'ingress') {
    const number = namedPort(pod, name, protocol);
    return number === undefined ? [] : [{ match: match(number), targets: { ...world, named: false } }];
  }
  const numbers = new Set(
    world.pods.map((peer) => namedPort(peer, name, protocol)).filter((found) => found !== undefined),
  );
  return [...numbers].map((number) => ({
    match: match(number),
    targets: { ...world, pods: world.pods.filter((peer) => namedPort(peer, name, protocol) === number), named: true },
  }));
}

function namedPort({ spec }: PolicyPod, name: string, protocol: string): number | undefined {
  return [...spec.containers, ...(spec.initContainers ?? [])]
    .flatMap(({ ports }) => ports ?? [])
    .find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)?.containerPort;
}

function peerMatches(
  policy: NetworkPolicy,
  peers: readonly Peer[],
  direction: Direction,
  world: PortMatch['targets'],
): string[] {
  const side = direction === 'ingress' ? 'saddr' : 'daddr';
  if (peers.length === 0) return world.named ? addressMatch(side, world.pods) : [''];
  const blocks = peers.flatMap(({ ipBlock }) => {
    if (!ipBlock || ipBlock.cidr.includes(':')) return [];
    const except = ipBlock.except?.length ? ` ip ${side} != { ${ipBlock.except.join(', ')} }` : '';
    return [`ip ${side} ${ipBlock.cidr}${except}`];
  });
  const selected = peers.filter(({ ipBlock }) => !ipBlock);
  const chosen = world.pods.filter((pod) => selected.some((peer) => isPeer(peer, pod, policy, world.namespaces)));
  return [...addressMatch(side, chosen), ...blocks];
}

function isPeer(peer: Peer, pod: PolicyPod, policy: NetworkPolicy, namespaces: readonly PolicyNamespace[]): boolean {
  const { namespace, labels } = pod.metadata;
  const rightNamespace = peer.namespaceSelector
    ? matchesLabelSelector(
        peer.namespaceSelector,
        namespaces.find(({ metadata }) => metadata.name === namespace)?.metadata.labels,
      )
    : namespace === policy.metadata.namespace;
  return rightNamespace && (!peer.podSelector || matchesLabelSelector(peer.podSelector, labels));
}

function addressMatch(side: 'saddr' | 'daddr', pods: readonly PolicyPod[]): string[] {
  if (pods.length === 0) return [];
  return [`ip ${side} { ${[...new Set(pods.map(addressOf))].join(', ')} }`];
}
