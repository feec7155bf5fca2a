/** Which pods belong to a target: those of its scale's selector, if no other autoscaler scales any of them. Mirrors validateAndParseSelector. */
import { matchesLabels, SelectorError, type LabelRequirements } from '../../api/label-requirement.ts';
import { parseLabelSelector } from '../../api/label-selector-parser.ts';
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

export type ParsedSelector = { readonly ok: true; readonly requirements: LabelRequirements } | SelectionFailure;
interface SelectionFailure {
  readonly ok: false;
  readonly failure: Selection & { readonly kind: 'failed' };
}

/** The text that a scale's status has. */
export function parsedSelector(text: string): ParsedSelector {
  if (text === '') {
    const message = "the HPA target's scale is missing a selector";
    return failed('selector is required', 'SelectorRequired', { reason: 'InvalidSelector', message });
  }
  try {
    return { ok: true, requirements: parseLabelSelector(text) };
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    const message = `couldn't convert selector into a corresponding internal selector object: ${error.message}`;
    return failed(message, 'InvalidSelector', { reason: 'InvalidSelector', message });
  }
}

/** `others`: the other autoscalers of the namespace, by their keys, with what they were last found to scale. */
export function selectPods(
  key: string,
  text: string,
  requirements: LabelRequirements,
  pods: readonly AutoscaledPod[],
  others: ReadonlyMap<string, LabelRequirements>,
): Selection {
  const selected = pods.filter(({ metadata }) => matchesLabels(requirements, metadata.labels));
  const { namespace = '' } = splitKey(key);
  const keys = [...others]
    .filter(([other, theirs]) => {
      if (other === key || splitKey(other).namespace !== namespace) return false;
      return selected.some(({ metadata }) => matchesLabels(theirs, metadata.labels));
    })
    .map(([other]) => other);
  if (keys.length === 0) return { kind: 'selected', pods: selected };
  const shown = [key, ...keys]
    .map((one) => splitKey(one).name)
    .sort()
    .map((name) => `{${name} ${namespace}}`);
  const message = `pods by selector ${text} are controlled by multiple HPAs: [${shown.join(' ')}]`;
  return failed(message, 'AmbiguousSelector', { reason: 'AmbiguousSelector', message }).failure;
}

function failed(
  error: string,
  event: string,
  condition: { readonly reason: string; readonly message: string },
): SelectionFailure {
  return { ok: false, failure: { kind: 'failed', error, event, condition } };
}
