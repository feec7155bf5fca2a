/** A DaemonSet's pod: made for one node, and found again by it. Mirrors kubernetes pkg/controller/daemon/util. Pure. */
import { objectAt } from '../../api/json-fields.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import type { Toleration } from '../../api/toleration.ts';
import { controllerReference } from '../../controller/owner-reference.ts';
import { revisionHashLabel } from '../../controller/revision-history.ts';
import type { Pod } from '../../controller/pod.ts';
import { daemonSetKind } from '../resources.ts';
import type { DaemonSet } from './daemon-set.ts';

const templateGenerationLabel = 'pod-template-generation';

/** What becomes of a node drives no daemon away from it, and keeps none. */
const borne: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const borneOnHostNetwork: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

/** The template's, and those that every daemon has; one that is there already, but for its seconds, gives way. */
export function daemonTolerations({ tolerations = [], hostNetwork }: DaemonSet['podSpec']): readonly Toleration[] {
  const added = hostNetwork === true ? [...borne, borneOnHostNetwork] : borne;
  const known = tolerations.map((toleration) => added.find((one) => sameBut(one, toleration)) ?? toleration);
  return [...known, ...added.filter((one) => !tolerations.some((toleration) => sameBut(one, toleration)))];
}

/** For one node, which the scheduler finds by its name. */
export function daemonPod(set: DaemonSet, nodeName: string, hash: string): KubeObject {
  const { labels, annotations, finalizers } = (objectAt(set.template, 'metadata') ?? {}) as ObjectMeta;
  const { templateGeneration } = set;
  const spec = objectAt(set.template, 'spec') ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${set.metadata.name}-`,
      labels: {
        ...labels,
        ...(templateGeneration === undefined ? {} : { [templateGenerationLabel]: templateGeneration }),
        [revisionHashLabel]: hash,
      },
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(set, daemonSetKind)],
    },
    spec: {
      ...spec,
      affinity: pinned(objectAt(spec, 'affinity'), nodeName),
      tolerations: daemonTolerations(set.podSpec).map((toleration): JsonObject => ({ ...toleration })),
    },
  };
}

/** Where the pod is, or is to be; `undefined`: it doesn't say. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec.nodeName !== undefined && spec.nodeName !== '') return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    const named = matchFields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    if (named) return named.values?.length === 1 ? named.values[0] : undefined;
  }
  return undefined;
}

/** Whether it was made from the newest template. */
export function isUpdated({ metadata: { labels } }: Pod, set: DaemonSet, hash: string): boolean {
  const { templateGeneration } = set;
  return (
    labels?.[revisionHashLabel] === hash ||
    (templateGeneration !== undefined && labels?.[templateGenerationLabel] === templateGeneration)
  );
}

/** Those that have a node first, then by age, then by name. Mirrors podByCreationTimestampAndPhase. */
export function byAge(left: Pod, right: Pod): number {
  return (
    Number((right.spec.nodeName ?? '') !== '') - Number((left.spec.nodeName ?? '') !== '') ||
    compare(left.metadata.creationTimestamp ?? '', right.metadata.creationTimestamp ?? '') ||
    compare(left.metadata.name ?? '', right.metadata.name ?? '')
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function sameBut(left: Toleration, right: Toleration): boolean {
  const { key = '', operator = '', value = '', effect = '' } = right;
  return (
    (left.key ?? '') === key && left.operator === operator && (left.value ?? '') === value && left.effect === effect
  );
}

/** What else is required of the node was seen to before: the name takes its place. */
function pinned(affinity: JsonObject | undefined, nodeName: string): JsonObject {
  const nodeAffinity = objectAt(affinity, 'nodeAffinity');
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [nodeName] }];
  return {
    ...affinity,
    nodeAffinity: {
      ...nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
    },
  };
}
