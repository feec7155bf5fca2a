/**
 * A pod's copy under the operator's policy: as it may be made, and what of a running one may still be changed. What runs is not ended by a policy that has
 * become stricter: it only gets nothing new until it keeps to it. Pure.
 */
import { isConfining } from '../../api/pod-security/profile-checks.ts';
import { equalJson } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { markOn, type On } from '../../api/side.ts';
import { keepChangeables, type TranslatedPod } from '../pods/pod.ts';
import { viewPod } from '../pods/pod-view.ts';
import { matches } from './host-access.ts';
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
  const { annotations = {}, labels = {} } = copy.metadata;
  const judged = { annotations, labels, spec: viewPod(copy).spec, asked: viewPod(pod).spec };
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
  const allowed = ephemeralContainers.flatMap((container) => {
    const beside = judgePod(policy, { ...judged, spec: { ...verdict.spec, ephemeralContainers: [container] } });
    if (beside.type === 'allowed') return beside.spec.ephemeralContainers ?? [];
    refused.push(...beside.violations);
    return [];
  });
  // Plain JSON; a typed look at it.
  const governed = markOn('host', { ...copy, spec: verdict.spec });
  return {
    translated: { copy: governed, ephemeralContainers: allowed },
    ...(refused.length > 0 ? { ephemeralRefusal: violationsText(refused) } : {}),
  };
}

/**
 * What a running copy gets of a pod that it may not become: labels and annotations, but none that are forbidden or say how it is confined. `omits`: there
 * are some of those.
 */
export function heldBack(
  { forbiddenAnnotations = [], forbiddenLabels = [] }: IsolationPolicy,
  current: On<'host', KubeObject>,
  { copy }: TranslatedPod,
): TranslatedPod & { readonly omits: boolean } {
  const kept = keepChangeables(current, copy);
  const isHeld = (key: string): boolean => isConfining(key) || isAmong(forbiddenAnnotations, key);
  const annotations = withOld(kept.metadata.annotations, current.metadata.annotations, isHeld);
  const labels = withOld(kept.metadata.labels, current.metadata.labels, (key) => isAmong(forbiddenLabels, key));
  const omits =
    !equalJson(annotations, kept.metadata.annotations ?? {}) || !equalJson(labels, kept.metadata.labels ?? {});
  const metadata = { ...kept.metadata, annotations, labels };
  return { copy: markOn('host', { ...kept, metadata }), ephemeralContainers: [], omits };
}

function isAmong(patterns: readonly string[], key: string): boolean {
  return patterns.some((pattern) => matches(pattern, key));
}

/** Those that are held as they were, all others as they are now. */
function withOld(
  now: Readonly<Record<string, string>> = {},
  old: Readonly<Record<string, string>> = {},
  isHeld: (key: string) => boolean,
): Record<string, string> {
  const others = Object.entries(now).filter(([key]) => !isHeld(key));
  return Object.fromEntries([...others, ...Object.entries(old).filter(([key]) => isHeld(key))]);
}
