/** Which pods belong to a target: those of its scale's selector, if no other autoscaler scales any of them. Mirrors validateAndParseSelector. Pure. */
import { labelRequirementsText, matchesLabels, type LabelRequirements } from '../../api/label-requirement.ts';
import { splitKey } from '../../api/object.ts';
import type { AutoscaledPod } from './autoscaled-pod.ts';

export type Selection =
  | { readonly kind: 'selected'; readonly pods: readonly AutoscaledPod[] }
  /** `event`: the reason of the Event that tells the error; `condition`: what ScalingActive tells. */
  | {
      readonly kind: 'failed';
      readonly error: string;
      readonly event: string;
      readonly condition: { readonly reason: string; readonly message: string };
    };

/**
 * Of the autoscaler of this key. `selector`: undefined where the scale has none. `pods`: all of the namespace. `others`: all autoscalers, by their keys,
 * with what they were last found to scale.
 */
export function selectPods(
  key: string,
  selector: LabelRequirements | undefined,
  pods: readonly AutoscaledPod[],
  others: ReadonlyMap<string, LabelRequirements>,
): Selection {
  if (!selector) {
    const message = "the HPA target's scale is missing a selector";
    const condition = { reason: 'InvalidSelector', message };
    return { kind: 'failed', error: 'selector is required', event: 'SelectorRequired', condition };
  }
  const selected = pods.filter(({ metadata }) => matchesLabels(selector, metadata.labels));
  const { namespace } = splitKey(key);
  const rivals = [...others].filter(([other, theirs]) => {
    if (other === key || splitKey(other).namespace !== namespace) return false;
    return selected.some(({ metadata }) => matchesLabels(theirs, metadata.labels));
  });
  if (rivals.length === 0) return { kind: 'selected', pods: selected };
  // Upstream names them in any order.
  const names = [key, ...rivals.map(([other]) => other)].toSorted().join(' ');
  const message = `pods by selector ${labelRequirementsText(selector)} are controlled by multiple HPAs: [${names}]`;
  const reason = 'AmbiguousSelector';
  return { kind: 'failed', error: message, event: reason, condition: { reason, message } };
}
