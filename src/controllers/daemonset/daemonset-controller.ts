/** Keeps one pod of a DaemonSet on each node that it is meant for. Mirrors kubernetes pkg/controller/daemon. */
import { equalJson } from '../../api/json.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import { equalTaints, taintsOf } from '../../api/toleration.ts';
import type { Informer } from '../../client/informer.ts';
import { ownerIndex } from '../../client/object-store.ts';
import { Controller, type Result } from '../../controller/controller.ts';
import { Expectations } from '../../controller/expectations.ts';
import { controllerOf } from '../../controller/owner-reference.ts';
import { observePods, orphanIndex } from '../../controller/pod-observer.ts';
import { asPod } from '../../controller/pod.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { controllerRevisions, daemonSetKind, daemonSets, nodes, pods } from '../resources.ts';
import { asDaemonSet } from './daemon-set.ts';
import { targetNode } from './daemon-pod.ts';
import { DaemonSetWorker } from './daemonset-worker.ts';
import { isConcerned, type NodeChange } from './eligibility.ts';

export const daemonSetController: BuiltinController = {
  name: 'daemonset-controller',
  create<S extends Side>(context: ControllerContext<S>): Controller {
    const { informers, clock, logger, metrics } = context;
    const sets = informers.informer({ gvr: daemonSets });
    const podInformer = informers.informer({ gvr: pods });
    const revisions = informers.informer({ gvr: controllerRevisions });
    const nodeInformer = informers.informer({ gvr: nodes });
    const expectations = new Expectations(clock);
    const worker = new DaemonSetWorker(
      context,
      { sets, pods: podInformer, revisions, nodes: nodeInformer },
      expectations,
    );
    const reconcile = (key: string): Promise<Result> => worker.reconcile(key);
    const controller = new Controller({ name: 'daemonset', reconcile, clock, logger, ...(metrics ? { metrics } : {}) });
    const enqueue = (key: string): void => controller.queue.add(key);
    sets.addHandler({
      onAdd: (set) => enqueue(objectKey(set)),
      onUpdate: (_old, set) => enqueue(objectKey(set)),
      onDelete: (set) => {
        expectations.forget(objectKey(set));
        enqueue(objectKey(set));
      },
    });
    const orphans = (object: Readonly<KubeObject>): string[] =>
      controllerOf(object) ? [] : [object.metadata.namespace ?? ''];
    podInformer.addIndex(orphanIndex, orphans);
    revisions.addIndex(orphanIndex, orphans);
    const owners = {
      owners: sets,
      gvk: daemonSetKind,
      selectorOf: (set: KubeObject) => asDaemonSet(set).selector,
      enqueue,
    };
    podInformer.addHandler(observePods({ ...owners, expectations }));
    const ofRevisions = observePods(owners);
    revisions.addHandler({
      ...ofRevisions,
      // Who makes one for a set has its reasons, and is left the time for them. Mirrors addHistory.
      onAdd: (revision, initial) => {
        if (!controllerOf(revision)) ofRevisions.onAdd?.(revision, initial);
      },
    });
    observeNodes({ sets, pods: podInformer, nodes: nodeInformer }, enqueue);
    return controller;
  },
};

interface Observed<S extends Side> {
  readonly sets: Informer<S>;
  readonly pods: Informer<S>;
  readonly nodes: Informer<S>;
}

/** Of a node only its labels and taints matter, and these only to sets that have or want a pod there. */
function observeNodes<S extends Side>(
  { sets, pods: podInformer, nodes: nodeInformer }: Observed<S>,
  enqueue: (key: string) => void,
): void {
  const changed = (node: NodeChange): void => {
    const name = (node.after ?? node.before)?.metadata.name;
    for (const set of sets.list()) {
      const hasPod = (): boolean =>
        podInformer.byIndex(ownerIndex, set.metadata.uid ?? '').some((pod) => targetNode(asPod(pod)) === name);
      if (isConcerned(asDaemonSet(set), node, hasPod)) enqueue(objectKey(set));
    }
  };
  nodeInformer.addHandler({
    // Those of the start come with all sets.
    onAdd: (after, initial) => initial || changed({ after }),
    onUpdate(before, after) {
      if (!equalJson(before.metadata.labels, after.metadata.labels) || !equalTaints(taintsOf(before), taintsOf(after)))
        changed({ before, after });
    },
    onDelete: (before) => changed({ before }),
  });
}
