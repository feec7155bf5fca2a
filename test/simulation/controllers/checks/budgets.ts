/** Budgets and quotas: what is granted, and what is there. */
import { scaledIntOrPercent, type IntOrString } from '../../../../src/api/int-or-string.ts';
import { matchesLabelSelector, type LabelSelector } from '../../../../src/api/label-selector.ts';
import { objectKey, type KubeObject } from '../../../../src/api/object.ts';
import { asPod, isPodReady, isPodTerminal, type Pod } from '../../../../src/controller/pod.ts';
import type { Truth, TruthWrite } from '../truth.ts';
import type { World } from '../world.ts';
import { isCreation, specOf, statusOf, textOf, type Check } from './check.ts';

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

export const budgetCheck: Check = {
  onWrite(world, write) {
    if (write.plural !== 'poddisruptionbudgets' || !write.after) return [];
    if (write.controller === 'disruption-controller') return promised(world, write.after);
    return write.request?.path.endsWith('/eviction') === true ? granted(write) : [];
  },
  whenQuiet: (world) => world.truth.list('poddisruptionbudgets').flatMap((budget) => converged(world, budget)),
};

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

interface Amounts {
  readonly hard: Readonly<Record<string, string>>;
  readonly used: Readonly<Record<string, string>>;
}

const counted: Readonly<Record<string, string>> = {
  pods: 'pods',
  'count/pods': 'pods',
  'count/jobs.batch': 'jobs',
  'count/replicasets.apps': 'replicasets',
  persistentvolumeclaims: 'persistentvolumeclaims',
};

export const quotaCheck: Check = {
  onWrite({ truth }, write) {
    if (!isCreation(write) || !write.after) return [];
    const { namespace } = write.after.metadata;
    const made = write.after;
    return truth
      .list('resourcequotas')
      .filter(({ metadata }) => metadata.namespace === namespace)
      .flatMap((quota) => {
        // In force from when it is first counted, and as it was counted last.
        const { hard = {}, used } = statusOf<Amounts>(quota);
        if (!used) return [];
        const names = Object.keys(hard).filter((name) => counted[name] === write.plural);
        return names.flatMap((name) => {
          const there = amountOf(truth, name, namespace);
          const before = there - 1;
          const most = Number(hard[name]);
          const wanted = Number(specOf<Amounts>(quota).hard?.[name] ?? Infinity);
          if (before < most || wanted !== most) return [];
          return [`${textOf(made)} is made, and ${textOf(quota)} has ${before} of ${most} ${name} already`];
        });
      });
  },
};

function amountOf(truth: Truth, name: string, namespace: string | undefined): number {
  const all = truth.list(counted[name] ?? '').filter(({ metadata }) => metadata.namespace === namespace);
  return name === 'pods' ? all.filter((pod) => !isPodTerminal(asPod(pod))).length : all.length;
}
