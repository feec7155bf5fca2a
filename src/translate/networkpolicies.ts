/**
 * A tenant's NetworkPolicy on the host, where all of its namespaces are one: who is meant by their namespace is meant by the label that says it. Peers stay
 * peers, though they be nobody: a rule that lost its last one would let everybody through. Pure.
 */
import { isEmptyLabelSelector } from '../api/label-selector.ts';
import { cloneJson, type JsonObject } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, type Name, type On } from '../api/side.ts';
import { updatedContent } from './content.ts';
import { originOf, type Place } from './marks.ts';
import { copyMetadata } from './metadata.ts';
import { pinAcrossNamespaces, pinLabelSelector, type LabelSelector } from './selectors.ts';

interface Peer extends JsonObject {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: JsonObject;
}

interface PolicySpec extends JsonObject {
  podSelector?: LabelSelector;
  ingress?: (JsonObject & { from?: Peer[] })[];
  egress?: (JsonObject & { to?: Peer[] })[];
}

export interface PolicyContext {
  readonly place: Place;
  /** The tenant's namespaces that a selector over namespaces picks now. */
  readonly namespacesSelectedBy: (selector: LabelSelector) => readonly Name<'tenant'>[];
}

export function copyNetworkPolicy(context: PolicyContext, policy: On<'tenant', KubeObject>): On<'host', KubeObject> {
  const { tenant } = context.place;
  const { namespace } = originOf(policy);
  const spec = cloneJson(policySpec(policy));
  spec.podSelector = pinLabelSelector(tenant, namespace, spec.podSelector ?? {});
  for (const rule of spec.ingress ?? [])
    if (rule.from) rule.from = rule.from.map((peer) => onHost(context, namespace, peer));
  for (const rule of spec.egress ?? []) if (rule.to) rule.to = rule.to.map((peer) => onHost(context, namespace, peer));
  const metadata = copyMetadata(context.place, policy);
  return markOn('host', { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec });
}

export function updatedPolicyCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  return updatedContent(['spec'], current, wanted);
}

/** Whether it depends on which namespaces there are, and how they are labelled. */
export function selectsNamespaces(policy: Readonly<KubeObject>): boolean {
  const { ingress = [], egress = [] } = policySpec(policy);
  const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
  return peers.some(({ namespaceSelector }) => namespaceSelector && !isEmptyLabelSelector(namespaceSelector));
}

/** The typed look. A door: the object's own API server has checked its types. */
function policySpec(policy: Readonly<KubeObject>): PolicySpec {
  return (policy['spec'] ?? {}) as PolicySpec;
}

function onHost({ place, namespacesSelectedBy }: PolicyContext, namespace: Name<'tenant'>, peer: Peer): Peer {
  const { podSelector = {}, namespaceSelector, ...rest } = peer;
  if (peer.ipBlock && !peer.podSelector && !namespaceSelector) return rest;
  if (!namespaceSelector) return { ...rest, podSelector: pinLabelSelector(place.tenant, namespace, podSelector) };
  const namespaces = isEmptyLabelSelector(namespaceSelector) ? 'all' : namespacesSelectedBy(namespaceSelector);
  return { ...rest, podSelector: pinAcrossNamespaces(place.tenant, namespaces, podSelector) };
}
