/** The selector that a scale's status has as text, as upstream's scale client reads it: as text of a selector object. Pure. */
import { goQuote } from '../../api/go-text.ts';
import { SelectorError, type LabelRequirements } from '../../api/label-requirement.ts';
import { parseLabelSelector } from '../../api/label-selector-parser.ts';
import { labelRequirements } from '../../api/label-selector.ts';

const expressionOperators: ReadonlyMap<string, string> = new Map([
  ['in', 'In'],
  ['notin', 'NotIn'],
  ['exists', 'Exists'],
  ['!', 'DoesNotExist'],
]);

/**
 * Mirrors meta/v1 ParseToLabelSelector and LabelSelectorAsSelector.
 * @throws SelectorError also for operators that a selector object has not
 */
export function parseTargetSelector(text: string): LabelRequirements {
  const matchLabels = new Map<string, string>();
  const matchExpressions: { key: string; operator: string; values: readonly string[] }[] = [];
  for (const { key, operator, values } of parsed(text)) {
    const expression = expressionOperators.get(operator);
    if (operator === '=' || operator === '==') matchLabels.set(key, values[0] ?? '');
    else if (expression !== undefined) matchExpressions.push({ key, operator: expression, values });
    else if (operator === '!=') throw new SelectorError(`${goQuote(operator)} is not a valid label selector operator`);
    else throw new SelectorError(`${goQuote(operator)} isn't supported in label selectors`);
  }
  return labelRequirements({ matchLabels: Object.fromEntries(matchLabels), matchExpressions }) ?? [];
}

function parsed(text: string): LabelRequirements {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new SelectorError(`couldn't parse the selector string "${text}": ${error.message}`, { cause: error });
  }
}
