/** What a DaemonSet says of its pods. Mirrors updateDaemonSetStatus of kubernetes pkg/controller/daemon. Pure. */
import { equalJson, type JsonObject } from '../../api/json.ts';
import { isPodAvailable, isPodReady } from '../../controller/pod.ts';
import { byAge, isUpdated } from './daemon-pod.ts';
import type { DaemonSetStatus } from './daemon-set.ts';
import type { Snapshot } from './snapshot.ts';

export interface StatusInput extends Snapshot {
  /** This generation of the set was worked on. */
  readonly observed: boolean;
  /** How often a revision's name was another's. */
  readonly collisions: number;
}

/** `undefined`: it says so already. */
export function changedStatus(input: StatusInput): DaemonSetStatus | undefined {
  const { set, observed, collisions } = input;
  const { conditions, observedGeneration = 0, collisionCount } = set.status;
  const generation = set.metadata.generation ?? 0;
  const reached = observed ? generation : observedGeneration;
  const status = {
    ...counts(input),
    ...(reached === 0 ? {} : { observedGeneration: reached }),
    ...(collisions === 0 && collisionCount === undefined ? {} : { collisionCount: collisions }),
    ...(conditions === undefined ? {} : { conditions }),
  };
  return equalJson(withoutZeros(status), withoutZeros(set.status)) ? undefined : status;
}

function counts({ set, nodes, pods, hash, now }: Snapshot): DaemonSetStatus {
  let [desired, current, misscheduled, ready, updated, available] = [0, 0, 0, 0, 0, 0];
  for (const [node, { shouldRun }] of nodes) {
    const first = pods.get(node)?.toSorted(byAge)[0];
    if (!shouldRun) {
      if (first) misscheduled++;
      continue;
    }
    desired++;
    if (!first) continue;
    current++;
    if (isPodReady(first)) ready++;
    if (isPodAvailable(first, set.minReadySeconds, now)) available++;
    if (isUpdated(first, set, hash)) updated++;
  }
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    ...(available === 0 ? {} : { numberAvailable: available }),
    ...(desired === available ? {} : { numberUnavailable: desired - available }),
  };
}

function withoutZeros(status: DaemonSetStatus): JsonObject {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== 0));
}
