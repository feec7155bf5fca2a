/** The policy, applied: what a pod's copy becomes, or why there is none. Pure. */
import { cloneJson } from '../../api/json.ts';
import type { PodSpec } from '../pods/pod-view.ts';
import { capabilities, forbiddenFields, forbiddenMarks, volumes } from './containment.ts';
import { hostNamespaces, hostPaths, hostPorts, sysctls } from './host-access.ts';
import { pulledAnew, registries } from './images.ts';
import { unknownFields } from './known-fields.ts';
import { nodeSelector, priorityClasses, runtimeClasses } from './placement.ts';
import { podSecurity, seccompDefault } from './pod-security.ts';
import type { IsolationPolicy, JudgedPod, PolicyRule, Violation } from './policy.ts';
import { probes } from './probes.ts';
import { resources } from './resources.ts';
import { tolerations } from './tolerations.ts';

export type Verdict =
  | { readonly type: 'allowed'; readonly spec: PodSpec }
  | { readonly type: 'refused'; readonly violations: readonly Violation[] };

const rules: readonly PolicyRule[] = [
  podSecurity,
  hostNamespaces,
  hostPorts,
  hostPaths,
  volumes,
  capabilities,
  sysctls,
  forbiddenFields,
  forbiddenMarks,
  registries,
  pulledAnew,
  nodeSelector,
  tolerations,
  runtimeClasses,
  priorityClasses,
  resources,
  probes,
  unknownFields,
  seccompDefault,
];

/** Total, whatever stands in the pod. What is allowed is allowed again, and stays as it is then. */
export function judgePod(policy: IsolationPolicy, pod: JudgedPod): Verdict {
  const spec = cloneJson(pod.spec);
  for (const rule of rules) rule.adjust?.(policy, spec, pod.asked);
  const violations = rules.flatMap((rule) => rule.violations(policy, { ...pod, spec }));
  return violations.length === 0 ? { type: 'allowed', spec } : { type: 'refused', violations };
}

/** Events take 1,024 characters. */
const wordsLengthMax = 900;

/** In words on which the pod's owner can act. */
export function violationsText(violations: readonly Violation[]): string {
  const texts = violations.map(({ field, text }) => (field === '' ? text : `${field}: ${text}`));
  const kept: string[] = [];
  let length = 0;
  for (const text of texts) {
    length += text.length + 2;
    if (length > wordsLengthMax && kept.length > 0) break;
    kept.push(text.slice(0, wordsLengthMax));
  }
  const left = texts.length - kept.length;
  return `${kept.join('; ')}${left > 0 ? `; and ${left} more` : ''}`;
}
