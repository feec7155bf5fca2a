/** Budgets: what is promised and granted, and what is there. */
import { equalJson } from '../../../../src/api/json.ts';
import { scaledIntOrPercent, type IntOrString } from '../../../../src/api/int-or-string.ts';
import { matchesLabelSelector, type LabelSelector } from '../../../../src/api/label-selector.ts';
import { objectKey, type KubeObject } from '../../../../src/api/object.ts';
import { asPod, isPodActive, isPodReady, isPodTerminal, type Pod } from '../../../../src/controller/pod.ts';
import type { Truth, TruthWrite } from '../truth.ts';
import type { World } from '../world.ts';
import { isDeletion, specOf, statusOf, textOf, type Check } from './check.ts';

interface BudgetSpec {
  readonly selector: LabelSelector;
  readonly minAvailable: IntOrString;
  readonly maxUnavailable: IntOrString;
}

interface BudgetStatus {
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly observedGeneration: number;
  readonly disruptedPods: Readonly<Record<string, string>>;
}

export function budgetCheck(): Check {
  /** By the budget's UID: up to which revision of pods it was counted when it was last written. */
  const counted = new Map<string, number>();
  /** When a pod was lost, or a budget changed, by other means than evictions. */
  const losses: number[] = [];
  return {
    onWrite(world, write) {
      const evicts = write.request?.path.endsWith('/eviction') === true;
      if (write.plural === 'pods') {
        if (evicts && isDeletion(write) && write.before) return evicted(world, write.before, counted, losses);
        if (isLoss(write)) losses.push(write.revision);
        return [];
      }
      if (write.plural !== 'poddisruptionbudgets' || !write.after) return [];
      if (write.controller === 'disruption-controller') {
        const told = world.machine.views.told('disruption', objectKey(write.after), 'pods');
        counted.set(write.after.metadata.uid ?? '', told);
        return promised(world, write.after);
      }
      if (evicts) return granted(write);
      losses.push(write.revision);
      return [];
    },
    whenQuiet: (world) => world.truth.list('poddisruptionbudgets').flatMap((budget) => converged(world, budget)),
  };
}

function isLoss({ before, after }: TruthWrite): boolean {
  if (!before || !isHealthy(asPod(before))) return false;
  return !after || !isHealthy(asPod(after)) || !equalJson(before.metadata.labels, after.metadata.labels);
}

function isHealthy(pod: Pod): boolean {
  return isPodActive(pod) && isPodReady(pod);
}

/** Where nothing else was lost since it was counted, so many stay as must. */
function evicted(
  { truth }: World,
  pod: KubeObject,
  counted: ReadonlyMap<string, number>,
  losses: readonly number[],
): string[] {
  if (!isHealthy(asPod(pod))) return [];
  return truth.list('poddisruptionbudgets').flatMap((budget) => {
    const { selector, minAvailable } = specOf<BudgetSpec>(budget);
    const covers = matchesLabelSelector(selector, pod.metadata.labels);
    if (!covers || budget.metadata.namespace !== pod.metadata.namespace || typeof minAvailable !== 'number') return [];
    const told = counted.get(budget.metadata.uid ?? '') ?? 0;
    const left = coveredPods(truth, budget).filter(isHealthy).length;
    if (left >= minAvailable || losses.some((revision) => revision > told)) return [];
    return [
      `${textOf(pod)} is evicted, and ${textOf(budget)} has ${left} healthy pods of ${minAvailable} that must stay`,
    ];
  });
}

function coveredPods(truth: Truth, budget: KubeObject): Pod[] {
  const { selector } = specOf<BudgetSpec>(budget);
  return truth
    .list('pods')
    .filter(({ metadata }) => metadata.namespace === budget.metadata.namespace)
    .filter(({ metadata }) => matchesLabelSelector(selector, metadata.labels))
    .map(asPod);
}

/** Never more than there were of what the controller could know: healthy at its time or since. */
function promised({ truth, machine }: World, budget: KubeObject): string[] {
  const status = statusOf<BudgetStatus>(budget);
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0 } = status;
  const wrong: string[] = [];
  if (disruptionsAllowed > Math.max(0, currentHealthy - desiredHealthy))
    wrong.push(`allows ${disruptionsAllowed} of ${currentHealthy} where ${desiredHealthy} must stay`);
  const { minAvailable } = specOf<BudgetSpec>(budget);
  if (typeof minAvailable === 'number' && status.observedGeneration === budget.metadata.generation) {
    if (desiredHealthy < minAvailable) wrong.push(`wants ${desiredHealthy}, and is told to want ${minAvailable}`);
  }
  // One that couldn't be counted keeps what it said before.
  if (disruptionsAllowed === 0) return wrong.map((text) => `${textOf(budget)} ${text}`);
  const told = machine.views.told('disruption', objectKey(budget), 'pods');
  const healthy = coveredPods(truth, budget).filter(({ metadata: { namespace = '', name = '' } }) =>
    truth
      .versionsSince('pods', namespace, name, told)
      .some((pod) => pod && isPodReady(asPod(pod)) && !isPodTerminal(asPod(pod))),
  );
  const gone = truth.goneSince('pods', budget.metadata.namespace ?? '', told);
  if (currentHealthy > healthy.length + gone) wrong.push(`counts ${currentHealthy} healthy pods of ${healthy.length}`);
  return wrong.map((text) => `${textOf(budget)} ${text}`);
}

function granted({ before, after }: TruthWrite): string[] {
  if (!before || !after) return [];
  const [old, status] = [statusOf<BudgetStatus>(before), statusOf<BudgetStatus>(after)];
  if ((status.disruptionsAllowed ?? 0) >= 0 && (old.disruptionsAllowed ?? 0) > 0) return [];
  return [`${textOf(after)} allows ${old.disruptionsAllowed}, and grants an eviction`];
}

function converged({ truth }: World, budget: KubeObject): string[] {
  const status = statusOf<BudgetStatus>(budget);
  const wrong: string[] = [];
  if (status.observedGeneration !== budget.metadata.generation) wrong.push('its generation is not observed');
  const healthy = coveredPods(truth, budget).filter((pod) => isPodReady(pod) && !isPodTerminal(pod));
  if ((status.currentHealthy ?? 0) !== healthy.length)
    wrong.push(`it counts ${status.currentHealthy} healthy pods of ${healthy.length}`);
  const { minAvailable } = specOf<BudgetSpec>(budget);
  const scaled =
    minAvailable === undefined ? undefined : scaledIntOrPercent(minAvailable, status.expectedPods ?? 0, 'up');
  if (
    scaled?.ok &&
    status.desiredHealthy !== scaled.value &&
    status.observedGeneration !== undefined &&
    status.desiredHealthy !== 0
  )
    wrong.push(`it wants ${status.desiredHealthy} of ${status.expectedPods} instead of ${scaled.value}`);
  if (Object.keys(status.disruptedPods ?? {}).length > 0) wrong.push('it still waits for evictions');
  return wrong.map((text) => `${textOf(budget)}: ${text}`);
}
