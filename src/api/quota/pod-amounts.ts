/**
 * What a pod asks for in all: its containers together, or an init container alone if that is more; sidecars run beside both; overhead on top.
 * Mirrors component-helpers resource PodRequests and PodLimits. Pure.
 */
import { addAmounts, maxAmounts, type Amounts } from './amounts.ts';

export interface Requirements {
  readonly requests?: Amounts;
  readonly limits?: Amounts;
}

export interface QuotaContainer {
  readonly name: string;
  readonly restartPolicy?: string;
  readonly resources?: Requirements;
}

export interface QuotaPodSpec {
  readonly containers?: readonly QuotaContainer[];
  readonly initContainers?: readonly QuotaContainer[];
  readonly resources?: Requirements;
  readonly overhead?: Amounts;
}

type Kind = keyof Requirements;

/** Said of the pod as a whole, these count instead of what its containers say. */
const podLevel = /^(cpu|memory|hugepages-.*)$/;

export function podAmounts(spec: QuotaPodSpec, kind: Kind): Amounts {
  const of = ({ resources }: QuotaContainer): Amounts => resources?.[kind] ?? {};
  const sum = (containers: readonly QuotaContainer[]): Amounts =>
    containers.reduce<Amounts>((total, container) => addAmounts(total, of(container)), {});
  let sidecars: Amounts = {};
  let starting: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      sidecars = addAmounts(sidecars, of(container));
      starting = maxAmounts(starting, sidecars);
    } else starting = maxAmounts(starting, addAmounts(sidecars, of(container)));
  }
  const running = maxAmounts(addAmounts(sum(spec.containers ?? []), sidecars), starting);
  const whole = Object.entries(spec.resources?.[kind] ?? {}).filter(([name]) => podLevel.test(name));
  const amounts = { ...running, ...Object.fromEntries(whole) };
  // Overhead limits nothing that has no limit.
  const overhead = Object.entries(spec.overhead ?? {}).filter(
    ([name]) => kind === 'requests' || Object.hasOwn(amounts, name),
  );
  return addAmounts(amounts, Object.fromEntries(overhead));
}
