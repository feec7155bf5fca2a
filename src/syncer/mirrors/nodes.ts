/**
 * Nodes. Read from the host, a tenant sees those that are selected, as they are. Else, and for others on which its pods run, there are pseudo
 * nodes: they come with the first pod and go with the last. Pods of DaemonSets don't count, since they come with the node: else it would stay for ever.
 * Where the node goes they go too, after it, or their DaemonSet would make them again. There are no leases: nobody in a tenant takes a node for dead
 * (hack/decisions/0019-nodes-that-tenants-see.md).
 */
import { refOf, uidOf } from '../../translate/identity.ts';
import { mirrorOfNode, mustBeMadeAnew, nodeWithStatus } from '../../translate/nodes/node-mirror.ts';
import { pseudoNode } from '../../translate/nodes/pseudo-node.ts';
import { hideableOfNodes, realNode, withoutUnshown } from '../../translate/nodes/real-node.ts';
import { isDaemonPod } from '../../translate/pods/pod-node.ts';
import { viewPod } from '../../translate/pods/pod-view.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';

const pods = { group: '', version: 'v1', resource: 'pods' };
/** What API servers fill in. */
const defaultGraceSeconds = 30;

export const nodes = defineMirroredKind({
  gvr: { group: '', version: 'v1', resource: 'nodes' },
  kind: 'Node',
  hideable: hideableOfNodes,
  trim: withoutUnshown,
  image: realNode,
  standIn: (name, { podsOn, figures }) => {
    const there = podsOn(name);
    for (const pod of there.pods())
      if (!isDaemonPod(pod)) return pseudoNode({ name, hostIps: there.hostIps() }, figures);
    return undefined;
  },
  goesAlong: (name, { podsOn }) =>
    Array.from(podsOn(name).pods())
      .filter((pod) => isDaemonPod(pod) && pod.metadata.deletionTimestamp === undefined)
      .map((pod) => ({
        type: 'delete-tenant',
        gvr: pods,
        ref: refOf(pod),
        uid: uidOf(pod),
        gracePeriodSeconds: viewPod(pod).spec.terminationGracePeriodSeconds ?? defaultGraceSeconds,
      })),
  mirror: mirrorOfNode,
  withStatus: nodeWithStatus,
  mustBeMadeAnew,
});
