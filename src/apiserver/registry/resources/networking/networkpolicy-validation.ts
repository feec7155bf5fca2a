/** Mirrors ValidateNetworkPolicySpec, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { validateLabelSelector, type LabelSelector } from '../../../../api/label-selector.ts';
import { portName, portNumber } from '../../../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { messages, oneOf } from '../checks.ts';
import { ipRange, isStrictlyWithin, parseRange } from '../ip-addresses.ts';
import { viewAs } from '../view.ts';

interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] };
}

interface NetworkPolicy {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly podSelector?: LabelSelector;
    readonly ingress?: readonly { readonly ports?: readonly Port[]; readonly from?: readonly Peer[] }[];
    readonly egress?: readonly { readonly ports?: readonly Port[]; readonly to?: readonly Peer[] }[];
    readonly policyTypes?: readonly string[];
  };
}

const specPath = field.path('spec');
const policyTypes = ['Ingress', 'Egress'];

export function validateNetworkPolicy(policy: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<NetworkPolicy>(policy);
  const types = spec.policyTypes ?? [];
  const typesPath = specPath.child('policyTypes');
  const rules = (name: 'ingress' | 'egress', list: readonly { ports?: readonly Port[]; peers: readonly Peer[] }[]) =>
    list.flatMap(({ ports = [], peers }, index) => {
      const place = specPath.child(name).index(index);
      const peersPath = place.child(name === 'ingress' ? 'from' : 'to');
      return [
        ...ports.flatMap((port, at) => validatePort(port, place.child('ports').index(at))),
        ...peers.flatMap((peer, at) => validatePeer(peer, peersPath.index(at))),
      ];
    });
  return [
    ...validateLabelSelector(spec.podSelector, specPath.child('podSelector')),
    ...rules(
      'ingress',
      (spec.ingress ?? []).map(({ from = [], ...rule }) => ({ ...rule, peers: from })),
    ),
    ...rules(
      'egress',
      (spec.egress ?? []).map(({ to = [], ...rule }) => ({ ...rule, peers: to })),
    ),
    ...(types.length > policyTypes.length
      ? [field.invalid(typesPath, [...types], 'may not specify more than two policyTypes')]
      : types.flatMap((type, index) => oneOf(type, typesPath.index(index), policyTypes))),
  ];
}

function validatePort({ protocol, port, endPort }: Port, path: Path): FieldError[] {
  const errors = oneOf(protocol, path.child('protocol'), ['TCP', 'UDP', 'SCTP']);
  const endPath = path.child('endPort');
  if (typeof port === 'number') {
    errors.push(...messages(path.child('port'), port, portNumber(port)));
    if (endPort === undefined) return errors;
    // Upstream shows the first port.
    if (endPort < port) errors.push(field.invalid(endPath, port, 'must be greater than or equal to `port`'));
    return [...errors, ...messages(endPath, endPort, portNumber(endPort))];
  }
  if (endPort !== undefined) {
    const what = port === undefined ? 'not specified' : 'non-numeric';
    errors.push(field.invalid(endPath, endPort, `may not be specified when \`port\` is ${what}`));
  }
  return port === undefined ? errors : [...errors, ...messages(path.child('port'), port, portName(port))];
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: Peer, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  if (podSelector) errors.push(...validateLabelSelector(podSelector, path.child('podSelector')));
  if (namespaceSelector) errors.push(...validateLabelSelector(namespaceSelector, path.child('namespaceSelector')));
  if (ipBlock) errors.push(...validateBlock(ipBlock, path.child('ipBlock')));
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(field.required(path, 'must specify a peer'));
  else if (ipBlock && (podSelector ?? namespaceSelector)) {
    errors.push(field.forbidden(path, 'may not specify both ipBlock and another peer'));
  }
  return errors;
}

function validateBlock({ cidr = '', except = [] }: NonNullable<Peer['ipBlock']>, path: Path): FieldError[] {
  if (cidr === '') return [field.required(path.child('cidr'), '')];
  const errors = ipRange(cidr, path.child('cidr'));
  const whole = parseRange(cidr);
  if (!whole) return errors;
  for (const [index, text] of except.entries()) {
    const place = path.child('except').index(index);
    errors.push(...ipRange(text, place));
    const part = parseRange(text);
    if (part && !isStrictlyWithin(part, whole)) {
      errors.push(field.invalid(place, text, 'must be a strict subset of `cidr`'));
    }
  }
  return errors;
}
