/**
 * Nodes. Read from the host, a tenant sees those that are selected, as they are. Else, and for others on which its pods run, there are pseudo
 * nodes: they come with the first pod and go with the last.
 */
import { mirrorOfNode, mustBeMadeAnew, nodeWithStatus } from '../../translate/nodes/node-mirror.ts';
import { pseudoNode } from '../../translate/nodes/pseudo-node.ts';
import { hideableOfNodes, realNode, withoutUnshown } from '../../translate/nodes/real-node.ts';
import { hostIpsOf } from '../../translate/pods/pod-node.ts';
import { defineMirroredKind } from '../mirrored-kind.ts';

export const nodes = defineMirroredKind({
  gvr: { group: '', version: 'v1', resource: 'nodes' },
  kind: 'Node',
  hideable: hideableOfNodes,
  trim: withoutUnshown,
  image: realNode,
  standIn: (name, { podsOn, figures }) => {
    const pods = podsOn(name);
    return pods.length === 0 ? undefined : pseudoNode({ name, hostIps: hostIpsOf(pods) }, figures);
  },
  mirror: mirrorOfNode,
  withStatus: nodeWithStatus,
  mustBeMadeAnew,
});
