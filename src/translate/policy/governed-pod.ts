/**
 * A pod's copy under the operator's policy: as it may be made, and what of a running one may still be changed. What runs is not ended by a policy that has
 * become stricter: it only gets nothing new until it keeps to it. Pure.
 */
import { isConfining } from '../../api/pod-security/profile-checks.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { keepChangeables, type TranslatedPod } from '../pods/pod.ts';
import { viewPod } from '../pods/pod-view.ts';
import { judgePod, violationsText } from './judge.ts';
import type { IsolationPolicy, Violation } from './policy.ts';

export interface GovernedPod {
  readonly translated: TranslatedPod;
  /** Why the pod may not run; absent: it may. */
  readonly refusal?: string;
  /** Why some of its ephemeral containers may not. */
  readonly ephemeralRefusal?: string;
}

/** Without a policy, as it is. */
export function governPod(
  policy: IsolationPolicy | undefined,
  pod: On<'tenant', KubeObject>,
  translated: TranslatedPod,
): GovernedPod {
  if (!policy) return { translated };
  const { copy, ephemeralContainers } = translated;
  const judged = { annotations: copy.metadata.annotations ?? {}, spec: viewPod(copy).spec, asked: viewPod(pod).spec };
  const verdict = judgePod(policy, judged);
  if (verdict.type === 'refused') {
    const whole = judgePod(policy, {
      ...judged,
      spec: { ...judged.spec, ephemeralContainers: [...ephemeralContainers] },
    });
    const { violations } = whole.type === 'refused' ? whole : verdict;
    return { translated, refusal: violationsText(violations) };
  }
  const refused: Violation[] = [];
  const allowed = ephemeralContainers.filter((container) => {
    const beside = judgePod(policy, { ...judged, spec: { ...verdict.spec, ephemeralContainers: [container] } });
    if (beside.type === 'refused') refused.push(...beside.violations);
    return beside.type === 'allowed';
  });
  // Plain JSON; a typed look at it.
  const governed = markOn('host', { ...copy, spec: verdict.spec });
  return {
    translated: { copy: governed, ephemeralContainers: allowed },
    ...(refused.length > 0 ? { ephemeralRefusal: violationsText(refused) } : {}),
  };
}

/** What a running copy gets of a pod that it may not become: labels and annotations, but none that say how it is confined. */
export function heldBack(current: On<'host', KubeObject>, { copy }: TranslatedPod): TranslatedPod {
  const kept = keepChangeables(current, copy);
  const confining = (object: KubeObject): [string, string][] =>
    Object.entries(object.metadata.annotations ?? {}).filter(([key]) => isConfining(key));
  const others = Object.entries(kept.metadata.annotations ?? {}).filter(([key]) => !isConfining(key));
  const annotations = Object.fromEntries([...others, ...confining(current)]);
  return { copy: markOn('host', { ...kept, metadata: { ...kept.metadata, annotations } }), ephemeralContainers: [] };
}
