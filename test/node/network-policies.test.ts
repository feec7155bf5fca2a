/** What policies make of a node's rules. That the rules do what they say is tried on a real node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  policyRules,
  type NetworkPolicy,
  type PolicyNamespace,
  type PolicyPod,
} from '../../hack/host-cluster/node/network-policies.ts';

function pod(
  name: string,
  podIP: string,
  more: { namespace?: string; ports?: { name: string; containerPort: number }[] } = {},
): PolicyPod {
  const { namespace = 'a', ports = [] } = more;
  return {
    metadata: { name, namespace, labels: { name } },
    spec: { containers: [{ ports }] },
    status: { phase: 'Running', podIP },
  };
}

const named = (name: string) => ({ matchLabels: { name } });
const namespaces: readonly PolicyNamespace[] = ['a', 'b'].map((name) => ({ metadata: { name, labels: { name } } }));
const pods: readonly PolicyPod[] = [
  pod('web', '10.0.0.1', { ports: [{ name: 'http', containerPort: 8080 }] }),
  pod('client', '10.0.0.2'),
  pod('db', '10.0.0.3', { namespace: 'b', ports: [{ name: 'sql', containerPort: 5432 }] }),
  { ...pod('done', '10.0.0.4'), status: { phase: 'Succeeded', podIP: '10.0.0.4' } },
];

function policy(spec: NetworkPolicy['spec']): NetworkPolicy {
  return { metadata: { name: 'p', namespace: 'a' }, spec };
}

/** The rules of the chains, without the frame around them. */
function chainsOf(spec: NetworkPolicy['spec']): readonly (readonly string[])[] {
  const text = policyRules({ pods, namespaces, policies: [policy(spec)] });
  const chains = text.split('\n  chain ').filter((chain) => /^(in|e)gress-/.test(chain));
  return chains.map((chain) =>
    chain
      .split('\n')
      .slice(1, chain.split('\n').indexOf('  }'))
      .map((line) => line.trim()),
  );
}

const cases: readonly { name: string; spec: NetworkPolicy['spec']; chains: readonly (readonly string[])[] }[] = [
  {
    name: 'a policy without rules closes what it selects, but not to itself',
    spec: { podSelector: named('web') },
    chains: [['ip saddr 10.0.0.1 return', 'counter drop']],
  },
  {
    name: 'an empty rule opens it again',
    spec: { podSelector: named('web'), ingress: [{}] },
    chains: [['ip saddr 10.0.0.1 return', 'return', 'counter drop']],
  },
  {
    name: 'an empty selector means all pods of the namespace that have an address and still run',
    spec: { podSelector: {} },
    chains: [
      ['ip saddr 10.0.0.1 return', 'counter drop'],
      ['ip saddr 10.0.0.2 return', 'counter drop'],
    ],
  },
  {
    name: 'peers by pod are those of the same namespace',
    spec: { podSelector: named('web'), ingress: [{ from: [{ podSelector: {} }] }] },
    chains: [['ip saddr 10.0.0.1 return', 'ip saddr { 10.0.0.1, 10.0.0.2 } return', 'counter drop']],
  },
  {
    name: 'peers by namespace, with a port by number',
    spec: {
      podSelector: named('web'),
      ingress: [
        {
          from: [{ namespaceSelector: named('b') }],
          ports: [{ port: 80 }, { port: 90, endPort: 95, protocol: 'UDP' }],
        },
      ],
    },
    chains: [
      [
        'ip saddr 10.0.0.1 return',
        'ip saddr { 10.0.0.3 } tcp dport 80 return',
        'ip saddr { 10.0.0.3 } udp dport 90-95 return',
        'counter drop',
      ],
    ],
  },
  {
    name: 'a named port is the selected pod’s own',
    spec: { podSelector: named('web'), ingress: [{ ports: [{ port: 'http' }] }] },
    chains: [['ip saddr 10.0.0.1 return', 'tcp dport 8080 return', 'counter drop']],
  },
  {
    name: 'a named port that it lacks opens nothing',
    spec: { podSelector: named('client'), ingress: [{ ports: [{ port: 'http' }] }] },
    chains: [['ip saddr 10.0.0.2 return', 'counter drop']],
  },
  {
    name: 'on the way out a named port is that of whom it leads to',
    spec: { podSelector: named('client'), policyTypes: ['Egress'], egress: [{ ports: [{ port: 'sql' }] }] },
    chains: [['ip daddr 10.0.0.2 return', 'ip daddr { 10.0.0.3 } tcp dport 5432 return', 'counter drop']],
  },
  {
    name: 'a block with a gap; other families are not this node’s',
    spec: {
      podSelector: named('client'),
      policyTypes: ['Egress'],
      egress: [
        { to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }, { ipBlock: { cidr: 'fd00::/8' } }] },
      ],
    },
    chains: [['ip daddr 10.0.0.2 return', 'ip daddr 10.0.0.0/8 ip daddr != { 10.1.0.0/16 } return', 'counter drop']],
  },
  {
    name: 'without types, rules for the way out isolate both ways',
    spec: { podSelector: named('client'), egress: [{}] },
    chains: [
      ['ip saddr 10.0.0.2 return', 'counter drop'],
      ['ip daddr 10.0.0.2 return', 'return', 'counter drop'],
    ],
  },
];

for (const { name, spec, chains } of cases) {
  test(name, () => assert.deepEqual(chainsOf(spec), chains));
}

test('a packet is looked up by the address of the isolated pod', () => {
  const text = policyRules({ pods, namespaces, policies: [policy({ podSelector: named('web') })] });
  assert.match(text, /ip daddr vmap \{ 10\.0\.0\.1 : jump ingress-0 \}/);
  assert.doesNotMatch(text, /saddr vmap/);
});

test('without policies nothing is looked up', () => {
  assert.doesNotMatch(policyRules({ pods, namespaces, policies: [] }), /vmap|drop/);
});
