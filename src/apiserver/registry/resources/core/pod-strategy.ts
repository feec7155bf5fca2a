/** Mirrors kubernetes pkg/registry/core/pod strategy.go, v1.36. */
import { isJsonObject, type JsonObject } from '../../../../api/json.ts';
import { timestamp } from '../../../../lib/clock.ts';
import type { KubeObject } from '../../../../api/object.ts';
import type { Strategy } from '../../strategy.ts';
import { ensureObject, objectAt, objectsAt, textAt } from '../../../../api/json-fields.ts';
import { jsonOf, setUnless, takeField } from '../fields.ts';
import { podNameWarnings } from '../name-warnings.ts';
import { viewAs } from '../view.ts';
import { settlePodSpec, settlePodStatus } from './pod-aliases.ts';
import { validatePod, validatePodUpdate } from './validation/pod.ts';
import { validateEphemeralContainersUpdate, validateResize } from './validation/pod-parts.ts';
import { qualityOfService, type PodWithResources } from '../../../../api/pod-quality.ts';

export const podStrategy: Strategy = {
  prepareForCreate(pod, { now }) {
    settleSpec(pod);
    const spec = ensureObject(jsonOf(pod), 'spec');
    const gated = objectsAt(spec, 'schedulingGates').length > 0;
    pod['status'] = {
      phase: 'Pending',
      ...(gated ? { conditions: [{ ...gatedCondition, lastTransitionTime: timestamp(now) }] } : {}),
      qosClass: qualityOfService(viewAs<PodWithResources>(pod)),
    };
    spreadByTemplate(pod, spec);
  },
  validate: validatePod,
  warnings: podNameWarnings,
  prepareForUpdate: (pod) => settleSpec(pod),
  validateUpdate: validatePodUpdate,
  validatePartUpdate(pod, old, { subresource }) {
    if (subresource === 'ephemeralcontainers') return validateEphemeralContainersUpdate(pod, old);
    return subresource === 'resize' ? validateResize(pod, old) : [];
  },
  prepareForStatusUpdate(pod, old) {
    settlePodStatus(pod);
    takeField(jsonOf(pod)['metadata'] as JsonObject, jsonOf(old)['metadata'] as JsonObject, 'ownerReferences');
    const status = ensureObject(jsonOf(pod), 'status');
    const before = objectAt(jsonOf(old), 'status');
    if (textAt(status, 'qosClass') === '') takeField(status, before, 'qosClass');
  },
  gracePeriodSeconds(pod, asked) {
    const { spec, status } = viewAs<DyingPod>(pod);
    if (!spec.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0;
    const seconds = asked ?? spec.terminationGracePeriodSeconds ?? 0;
    return seconds < 0 ? 1 : seconds;
  },
};

interface DyingPod {
  readonly metadata: KubeObject['metadata'];
  readonly spec: { readonly nodeName?: string; readonly terminationGracePeriodSeconds?: number };
  readonly status?: { readonly phase?: string };
}

const gatedCondition: JsonObject = {
  type: 'PodScheduled',
  status: 'False',
  lastProbeTime: null,
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

/** What a pod becomes on its way through upstream's internal type. May mutate. */
export function settlePod(pod: KubeObject): void {
  settleSpec(pod);
  settlePodStatus(pod);
}

function settleSpec(pod: KubeObject): void {
  const { spec } = pod;
  if (!isJsonObject(spec)) return;
  settlePodSpec(spec);
  const seconds = spec['terminationGracePeriodSeconds'];
  if (typeof seconds === 'number' && seconds < 0) spec['terminationGracePeriodSeconds'] = 1;
}

/** `matchLabelKeys` become part of the selectors. Mirrors mutatePodAffinity and mutateTopologySpreadConstraints. */
function spreadByTemplate({ metadata }: KubeObject, spec: JsonObject): void {
  const labels = metadata.labels ?? {};
  for (const constraint of objectsAt(spec, 'topologySpreadConstraints')) narrow(constraint, labels);
  const affinity = objectAt(spec, 'affinity');
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const rules = objectAt(affinity, kind);
    for (const term of objectsAt(rules, 'requiredDuringSchedulingIgnoredDuringExecution')) narrow(term, labels);
    for (const weighted of objectsAt(rules, 'preferredDuringSchedulingIgnoredDuringExecution')) {
      const term = objectAt(weighted, 'podAffinityTerm');
      if (term) narrow(term, labels);
    }
  }
}

function narrow(term: JsonObject, labels: Readonly<Record<string, string>>): void {
  const selector = objectAt(term, 'labelSelector');
  if (!selector) return;
  for (const [field, operator] of [
    ['matchLabelKeys', 'In'],
    ['mismatchLabelKeys', 'NotIn'],
  ] as const) {
    const keys = term[field];
    for (const key of Array.isArray(keys) ? keys : []) {
      const value = typeof key === 'string' ? labels[key] : undefined;
      if (typeof key !== 'string' || value === undefined) continue;
      setUnless(selector, 'matchExpressions', []);
      const expressions = selector['matchExpressions'];
      if (Array.isArray(expressions)) expressions.push({ key, operator, values: [value] });
    }
  }
}
