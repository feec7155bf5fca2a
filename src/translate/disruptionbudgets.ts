/**
 * A tenant's PodDisruptionBudget on the host. There, pods belong to nobody of whom one could ask how many there should be: what the tenant's own controller
 * has made of a share, or of how many may be missing, goes as a number. Pure.
 */
import { cloneJson, isJsonObject, type JsonObject } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, type On } from '../api/side.ts';
import { updatedContent } from './content.ts';
import { originOf, type Place } from './marks.ts';
import { copyMetadata } from './metadata.ts';
import { pinLabelSelector, type LabelSelector } from './selectors.ts';

interface BudgetSpec extends JsonObject {
  selector?: LabelSelector;
  minAvailable?: number | string;
  maxUnavailable?: number | string;
}

/** How many pods must be there; `undefined`: the tenant's controller hasn't said yet. */
export function neededPods(budget: Readonly<KubeObject>): number | undefined {
  const { minAvailable } = budgetSpec(budget);
  if (typeof minAvailable === 'number') return minAvailable;
  const { status } = budget;
  if (!isJsonObject(status) || status['observedGeneration'] !== budget.metadata.generation) return undefined;
  const { desiredHealthy } = status;
  return typeof desiredHealthy === 'number' ? desiredHealthy : undefined;
}

/** What isn't known yet is left out. */
export function copyDisruptionBudget(place: Place, budget: On<'tenant', KubeObject>): On<'host', KubeObject> {
  const { maxUnavailable: _, minAvailable: __, ...spec }: BudgetSpec = cloneJson(budgetSpec(budget));
  // Without a selector it is of no pod, here as there.
  if (spec.selector) spec.selector = pinLabelSelector(place.tenant, originOf(budget).namespace, spec.selector);
  const minAvailable = neededPods(budget);
  return markOn('host', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: copyMetadata(place, budget),
    spec: { ...spec, ...(minAvailable === undefined ? {} : { minAvailable }) },
  });
}

export function updatedBudgetCopy(
  current: On<'host', KubeObject>,
  wanted: On<'host', KubeObject>,
): On<'host', KubeObject> {
  return updatedContent(['spec'], current, wanted);
}

/** The typed look. A door: the object's own API server has checked its types. */
function budgetSpec(budget: Readonly<KubeObject>): BudgetSpec {
  return (budget['spec'] ?? {}) as BudgetSpec;
}
