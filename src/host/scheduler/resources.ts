/** Amounts of cpu, memory, pods… as numbers, in thousandths. Pure. */
import { parseQuantity, quantityValue } from '../../api/quantity.ts';
import type { PodSpec } from './pod-view.ts';

/** Thousandths, by resource name. */
export type Resources = Readonly<Record<string, number>>;

export function resourcesOf(list: Readonly<Record<string, string>>): Resources {
  return Object.fromEntries(
    Object.entries(list).map(([name, amount]) => [name, Number(quantityValue(parseQuantity(amount), -3))]),
  );
}

export function addResources(left: Resources, right: Resources): Resources {
  const sum: Record<string, number> = { ...left };
  for (const [name, amount] of Object.entries(right)) sum[name] = (sum[name] ?? 0) + amount;
  return sum;
}

export function subtractResources(left: Resources, right: Resources): Resources {
  return addResources(left, Object.fromEntries(Object.entries(right).map(([name, amount]) => [name, -amount])));
}

/**
 * What a pod asks of its node: its containers together, or an init container when that asks for more, and one pod. Mirrors component-helpers resource
 * PodRequests.
 */
export function podRequests(spec: PodSpec): Resources {
  const requestsOf = (container: PodSpec['containers'][number]): Resources =>
    resourcesOf(container.resources?.requests ?? {});
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  let running: Resources = { pods: 1000 };
  for (const container of [...spec.containers, ...sidecars]) running = addResources(running, requestsOf(container));
  const most: Record<string, number> = { ...running };
  for (const container of spec.initContainers ?? []) {
    for (const [name, amount] of Object.entries(requestsOf(container))) most[name] = Math.max(most[name] ?? 0, amount);
  }
  return addResources(most, resourcesOf(spec.overhead ?? {}));
}

/** The resources of which there isn't enough. */
export function missingResources(requests: Resources, free: Resources): readonly string[] {
  return Object.entries(requests).flatMap(([name, amount]) => (amount > 0 && amount > (free[name] ?? 0) ? [name] : []));
}
