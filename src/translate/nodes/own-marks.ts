/**
 * What a tenant has made of its nodes: labels, taints and cordons of its own. The host's scheduler knows nothing of these, so they reach it as what they
 * mean for a pod: by the names of nodes (`pods/node-terms.ts`).
 */
import { untoleratedTaint, type Taint, type Toleration } from '../../api/toleration.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { notedKeys, noteOf } from '../mirrors/note.ts';
import { isOwnCordon, ownTaints } from './node-mirror.ts';

type Labels = Readonly<Record<string, string>>;

export interface OwnMarks {
  readonly name: string;
  /** As the tenant sees them. */
  readonly labels: Labels;
  /** Those of them that the host gave. */
  readonly hostLabels: Labels;
  /** The tenant's, a cordon among them. */
  readonly taints: readonly Taint[];
}

/** `undefined`: the node is as the host has it, or isn't of the host. */
export function ownMarks(node: On<'tenant', KubeObject>): OwnMarks | undefined {
  const note = noteOf(node);
  if (!note) return undefined;
  const { name = '', labels = {} } = node.metadata;
  const ofHost = new Set(notedKeys(note, 'labels'));
  const hostLabels = Object.fromEntries(Object.entries(labels).filter(([key]) => ofHost.has(key)));
  const taints: Taint[] = ownTaints(node).map(({ key, effect, value }) =>
    typeof value === 'string' ? { key, effect, value } : { key, effect },
  );
  if (isOwnCordon(node)) taints.push({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' });
  const hasOwn = taints.length > 0 || Object.keys(labels).some((key) => !ofHost.has(key));
  return hasOwn ? { name, labels, hostLabels, taints } : undefined;
}

/** Whether the marks keep such a pod away. */
export function keepsAway({ taints }: OwnMarks, tolerations: readonly Toleration[]): boolean {
  return untoleratedTaint(taints, tolerations, ['NoSchedule', 'NoExecute']) !== undefined;
}
