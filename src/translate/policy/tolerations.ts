/** Which taints pods may tolerate: nobody buys its way onto nodes that are kept for others. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { objectsAt, textAt } from '../../api/json-fields.ts';
import { listed } from './containers.ts';
import { matches } from './host-access.ts';
import type { AllowedToleration, PolicyRule, TaintPattern, TolerationRules } from './policy.ts';

export const tolerations: PolicyRule = {
  adjust({ tolerations: rules }, spec) {
    const given = spec['tolerations'];
    if (!rules || !Array.isArray(given)) return;
    const isKept = (toleration: JsonValue): boolean =>
      isJsonObject(toleration) && (isAllowed(rules, toleration) || !isDroppable(rules, toleration));
    const kept = given.filter(isKept);
    if (kept.length < given.length) spec['tolerations'] = kept;
  },
  violations({ tolerations: rules }, { spec }) {
    if (!rules) return [];
    return objectsAt(spec, 'tolerations')
      .filter((toleration) => !isAllowed(rules, toleration))
      .map((toleration) => ({
        field: 'spec.tolerations',
        text: `${tolerationText(toleration)} is not allowed${rest(rules)}`,
      }));
  },
};

/** Every pod gets these two from its API server, and DaemonSets' pods the others from their controller. */
const automatic = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);
const ofDaemons = new Set(
  ['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable', 'network-unavailable'].map(
    (condition) => `node.kubernetes.io/${condition}`,
  ),
);

function isAllowed(rules: TolerationRules, toleration: JsonObject): boolean {
  const effect = textAt(toleration, 'effect');
  if (effect === 'PreferNoSchedule') return true;
  if (effect === 'NoExecute' && automatic.has(textAt(toleration, 'key'))) return true;
  if (rules.allowed) return rules.allowed.some((pattern) => coversAll(pattern, toleration));
  return !(rules.guarded ?? []).some((pattern) => mayMatch(pattern, toleration));
}

/** What its owner hasn't written is not held against it. */
function isDroppable(rules: TolerationRules, toleration: JsonObject): boolean {
  return rules.otherwise === 'drop' || ofDaemons.has(textAt(toleration, 'key'));
}

/** Whether every taint that is tolerated is one of the pattern's. */
function coversAll(pattern: AllowedToleration, toleration: JsonObject): boolean {
  const key = textAt(toleration, 'key');
  // Without a key it tolerates all.
  if (key === '' ? pattern.key !== '*' : !matches(pattern.key, key)) return false;
  if (pattern.effect !== undefined && pattern.effect !== textAt(toleration, 'effect')) return false;
  if (pattern.value === undefined) return true;
  const operator = textAt(toleration, 'operator');
  return (operator === '' || operator === 'Equal') && textAt(toleration, 'value') === pattern.value;
}

/** Whether some taint of the pattern is tolerated. */
function mayMatch(pattern: TaintPattern, toleration: JsonObject): boolean {
  const key = textAt(toleration, 'key');
  if (key !== '' && !matches(pattern.key, key)) return false;
  const effect = textAt(toleration, 'effect');
  return effect === '' || pattern.effect === undefined || pattern.effect === effect;
}

function tolerationText(toleration: JsonObject): string {
  const key = textAt(toleration, 'key');
  const value = textAt(toleration, 'value');
  const effect = textAt(toleration, 'effect');
  const of = `${key}${value === '' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`}`;
  return key === '' ? `tolerating all taints${effect === '' ? '' : ` of effect ${effect}`}` : `tolerating ${of}`;
}

function rest({ allowed, guarded = [] }: TolerationRules): string {
  const pattern = ({ key, value, effect }: AllowedToleration): string =>
    `${key}${value === undefined ? '' : `=${value}`}${effect === undefined ? '' : `:${effect}`}`;
  if (allowed) return `; ${listed(allowed.map(pattern))} may be tolerated`;
  return `: the operator keeps nodes with ${listed(guarded.map(pattern))} for others`;
}
