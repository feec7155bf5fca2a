/** Quotas: never exceeded, by what is there. */
import { asPod, isPodTerminal } from '../../../../src/controller/pod.ts';
import type { Truth } from '../truth.ts';
import { isCreation, specOf, statusOf, textOf, type Check } from './check.ts';

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
