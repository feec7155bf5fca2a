/** A tenant's pod as it runs on the host. Pure. */
import { createHash } from 'node:crypto';
import { cloneJson, equalJson, type JsonValue } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { markOn, nameOn, type Name, type On } from '../../api/side.ts';
import { endpointNameAnnotation, originOf, serviceAccountAnnotation, type Place } from '../marks.ts';
import { copyMetadata, updatedMetadata } from '../metadata.ts';
import { hostName } from '../names.ts';
import type { LabelSelector } from '../selectors.ts';
import { pinAffinity } from './affinity.ts';
import { nameClasses, type OwnOnHost, type SeenFromHost } from './classes.ts';
import { tellOfItself } from './downward.ts';
import { endpointName } from './host-name.ts';
import { settleInCluster, type InCluster, type Notice } from './in-cluster.ts';
import { termNodes, type NodeTerms } from './node-terms.ts';
import { viewPod, type Container, type PodSpec } from './pod-view.ts';
import { renameReferences } from './references.ts';
import { keepSizesNote, sizesNote } from './running-pod.ts';
import { readTokensFromSecret, tokenSecretName } from './tokens.ts';
import { dropHostIdentities, nameClaimsMadeForPod } from './volumes.ts';

export interface PodContext {
  readonly place: Place;
  /** The tenant's namespaces that a selector over namespaces picks now. */
  readonly namespacesSelectedBy: (selector: LabelSelector) => readonly Name<'tenant'>[];
  /** What of the tenant's nodes the host's scheduler must be told; absent: nothing. */
  readonly nodeTerms?: NodeTerms | undefined;
  /** Absent: nothing is seen. */
  readonly seenFromHost?: SeenFromHost;
  readonly ownOnHost?: OwnOnHost;
  /** The tenant's service accounts have copies: the pod is its own there. */
  readonly accountsOnHost?: boolean;
  /** What the pod is told of its cluster; absent: nothing, as for a copy that is there and can't be told any more. */
  readonly inCluster?: InCluster | undefined;
  /** Told what the pod's owner should know. */
  readonly tell?: (notice: Notice) => void;
}

/**
 * Fields that mean something to the tenant's API server only, or that a tenant must not decide on shared nodes: identity (the host's accounts
 * are not the tenant's), binding (it would pass by the host's scheduler). Claims and groups: `uncarried.ts`.
 */
const tenantOnlyFields = [
  'serviceAccountName',
  'serviceAccount',
  'nodeName',
  'schedulingGates',
  'resourceClaims',
  'schedulingGroup',
  // It follows from the runtime class, which is the host's.
  'overhead',
] as const;

/** A pod, translated. */
export interface TranslatedPod {
  /** The copy as it is created on the host. */
  readonly copy: On<'host', KubeObject>;
  /** What goes into a running pod only. */
  readonly ephemeralContainers: readonly Container[];
}

/** The copy as it is created on the host. */
export function copyPod(context: PodContext, pod: On<'tenant', KubeObject>): On<'host', KubeObject> {
  return translatePod(context, pod).copy;
}

export function translatePod(context: PodContext, pod: On<'tenant', KubeObject>): TranslatedPod {
  const origin = originOf(pod);
  const {
    place: { tenant },
    tell = () => undefined,
  } = context;
  const spec = cloneJson(viewPod(pod).spec);
  const metadata = copyMetadata(context.place, pod);
  const account = spec.serviceAccountName ?? 'default';
  const nodeName = spec.nodeName;
  const dnsName = endpointName(spec);
  for (const field of tenantOnlyFields) delete spec[field];
  if (context.accountsOnHost) spec.serviceAccountName = hostName(tenant, origin.namespace, nameOn('tenant', account));
  nameClasses(spec, tenant, context.seenFromHost ?? (() => undefined), context.ownOnHost);
  // Before references are renamed: it looks at what they name.
  settleInCluster(spec, origin, context.inCluster, tell);
  renameReferences(spec, (_kind, name) => hostName(tenant, origin.namespace, nameOn('tenant', name)));
  readTokensFromSecret(spec, tokenSecretName(tenant, origin.namespace, origin.name));
  // After the tokens: they are known by where they stand among a volume's sources.
  dropHostIdentities(spec);
  nameClaimsMadeForPod(spec, origin.name, (claim) => hostName(tenant, origin.namespace, nameOn('tenant', claim)));
  pinAffinity(spec, {
    tenant,
    namespace: origin.namespace,
    namespacesSelectedBy: context.namespacesSelectedBy,
    nameOf: (namespace) => nameOn('tenant', namespace),
  });
  const told = tellOfItself(spec, pod, metadata.annotations ?? {}, tell);
  const terms = termNodes(spec, nodeName, context.nodeTerms ?? noTerms);
  spec['automountServiceAccountToken'] = false;
  const { ephemeralContainers = [] } = spec;
  delete spec.ephemeralContainers;
  const annotations = {
    ...metadata.annotations,
    ...told,
    ...sizesNote(spec),
    [serviceAccountAnnotation]: account,
    ...(dnsName === undefined ? {} : { [endpointNameAnnotation]: dnsName }),
    [changeableAnnotation]: changeableDigest(spec),
    ...(terms === '' ? {} : { [termsAnnotation]: terms }),
  };
  const copy = markOn('host', { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, annotations }, spec });
  return { copy, ephemeralContainers };
}

/**
 * The existing copy, brought up to date with what may change in a running pod: labels, annotations, images, tolerations, the active deadline. What
 * the host changed stays, even there: only what has changed in the tenant since is written. Gives `current` itself when nothing is to be done.
 */
export function updatedPodCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  const { metadata } = keepSizesNote(current, wanted);
  const updated: KubeObject = { ...current, metadata: updatedMetadata(current.metadata, metadata) };
  const changed = !sameChangeables(current, wanted);
  if (changed) updated['spec'] = changedSpec(viewPod(current).spec, viewPod(wanted).spec);
  return changed || !sameMarks(updated.metadata, current.metadata) ? markOn('host', updated) : current;
}

/** Whether nothing that may change in a running pod is to be written by an ordinary update. */
export function sameChangeables(current: On<'host', KubeObject>, wanted: On<'host', KubeObject>): boolean {
  return current.metadata.annotations?.[changeableAnnotation] === wanted.metadata.annotations?.[changeableAnnotation];
}

/** `wanted` with the notes of `current` of what may change in a running pod: none of it is written then, sizes neither. */
export function keepChangeables(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  const { metadata, ...rest } = keepSizesNote(current, wanted);
  const { [changeableAnnotation]: _now, ...annotations } = metadata.annotations ?? {};
  const noted = current.metadata.annotations?.[changeableAnnotation];
  if (noted !== undefined) annotations[changeableAnnotation] = noted;
  return markOn('host', { ...rest, metadata: { ...metadata, annotations } });
}

/** Whether a copy that has no node yet, and whose nodes can't be changed, was made for other nodes than are wanted now. */
export function asksForOtherNodes(current: On<'host', KubeObject>, wanted: On<'host', KubeObject>): boolean {
  return current.metadata.annotations?.[termsAnnotation] !== wanted.metadata.annotations?.[termsAnnotation];
}

const noTerms: NodeTerms = { marked: [], within: [] };
const termsAnnotation = 'sublet.dev/node-terms';
const changeableAnnotation = 'sublet.dev/changeable';

/** Tells whether the tenant has changed something of a running pod since the copy was last written. */
function changeableDigest(spec: PodSpec): string {
  const images = [...(spec.initContainers ?? []), ...spec.containers].map(({ name, image }) => [name, image]);
  const changeable = [images, spec['activeDeadlineSeconds'] ?? null, spec['tolerations'] ?? []];
  return createHash('sha256').update(JSON.stringify(changeable)).digest('hex').slice(0, 16);
}

function changedSpec(current: PodSpec, wanted: PodSpec): PodSpec {
  const spec = cloneJson(current);
  updateImages(spec.containers, wanted.containers);
  updateImages(spec.initContainers ?? [], wanted.initContainers ?? []);
  if (wanted['activeDeadlineSeconds'] !== undefined) spec['activeDeadlineSeconds'] = wanted['activeDeadlineSeconds'];
  const tolerations = joinedTolerations(spec['tolerations'], wanted['tolerations']);
  if (tolerations.length > 0) spec['tolerations'] = tolerations;
  return spec;
}

function sameMarks(left: ObjectMeta, right: ObjectMeta): boolean {
  return equalJson(left.labels ?? {}, right.labels ?? {}) && equalJson(left.annotations ?? {}, right.annotations ?? {});
}

/** Tolerations can only be added to a running pod. */
function joinedTolerations(current: JsonValue | undefined, wanted: JsonValue | undefined): JsonValue[] {
  if (!Array.isArray(wanted)) return Array.isArray(current) ? current : [];
  if (!Array.isArray(current)) return wanted;
  return [...current, ...wanted.filter((added) => !current.some((known) => equalJson(known, added)))];
}

function updateImages(current: readonly Container[], wanted: readonly Container[]): void {
  for (const container of wanted) {
    const found = current.find(({ name }) => name === container.name);
    if (found) found.image = container.image;
  }
}
