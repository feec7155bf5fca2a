/** Snapshots in short: `n1:ready:old n2` is a pod of the old template on n1 that is ready, and one of the new on n2. */
import type { JsonObject } from '../../api/json.ts';
import { asPod, type Pod } from '../../controller/pod.ts';
import { asDaemonSet } from './daemon-set.ts';
import { podsByNode, type Snapshot } from './snapshot.ts';

export const now = Date.parse('2030-01-01T00:10:00Z');

/** `fresh`: ready since a second. `pinned`: it waits to be scheduled. The rest speaks for itself. */
type State = 'ready' | 'fresh' | 'starting' | 'pinned' | 'failed' | 'succeeded' | 'ending' | 'ended';

/** Nodes: `n1 n2-full n3-out` are one that wants a pod, one where a pod may only stay, and one where none may be. */
export function snapshot(spec: JsonObject, nodes: string, pods: string, status: JsonObject = {}): Snapshot {
  const set = asDaemonSet({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'demo', uid: 'set', generation: 1 },
    spec: { selector: { matchLabels: {} }, template: {}, ...spec },
    status,
  });
  return {
    set,
    nodes: new Map(words(nodes).map(nodeOf)),
    pods: podsByNode(words(pods).map(podOf)),
    hash: 'new',
    now,
  };
}

export function rolling(rollingUpdate: JsonObject): JsonObject {
  return { updateStrategy: { type: 'RollingUpdate', rollingUpdate } };
}

function words(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

function nodeOf(text: string): [string, { shouldRun: boolean; shouldContinue: boolean }] {
  const [name = '', kind = ''] = text.split('-');
  return [name, { shouldRun: kind === '', shouldContinue: kind !== 'out' }];
}

/** Named after the node, with a letter for each further one. Later ones are younger. */
function podOf(text: string, index: number, all: readonly string[]): Pod {
  const [node = '', stateText = 'ready', revision = 'new'] = text.split(':');
  const state = (stateText === '' ? 'ready' : stateText) as State;
  const before = all.slice(0, index).filter((other) => other.split(':')[0] === node).length;
  const name = `${node}${['', 'b', 'c', 'd'][before]}`;
  const phases: Partial<Record<State, string>> = {
    failed: 'Failed',
    ended: 'Failed',
    succeeded: 'Succeeded',
    starting: 'Pending',
    pinned: 'Pending',
  };
  const ready = state === 'ready' || state === 'fresh' || state === 'ending';
  const since = state === 'fresh' ? '2030-01-01T00:09:59Z' : '2030-01-01T00:00:00Z';
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } },
  };
  return asPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'demo',
      uid: name,
      creationTimestamp: `2030-01-01T00:00:0${index}Z`,
      labels: { 'controller-revision-hash': revision },
      ...(state === 'ending' || state === 'ended' ? { deletionTimestamp: '2030-01-01T00:00:00Z' } : {}),
    },
    spec: { containers: [], ...(state === 'pinned' ? { affinity } : { nodeName: node }) },
    status: {
      phase: phases[state] ?? 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }],
    },
  });
}
