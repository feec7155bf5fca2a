/**
 * When the change happened that endpoints are updated for: the earliest of what is new since the last time. Mirrors
 * k8s.io/endpointslice/util TriggerTimeTracker.
 */
import { podCondition, type Pod } from '../../controller/pod.ts';
import type { Service } from './service.ts';

interface Seen {
  readonly pods: ReadonlyMap<string, number>;
  readonly service: number;
}

export class TriggerTimeTracker {
  readonly #seen = new Map<string, Seen>();

  /** Milliseconds since the epoch; `undefined`: nothing changed that has a time. Remembers what it sees. */
  changedAt(key: string, service: Service, pods: readonly Pod[]): number | undefined {
    const known = this.#seen.get(key);
    const times: number[] = [];
    const current = new Map<string, number>();
    for (const pod of pods) {
      const time = Date.parse(podCondition(pod, 'Ready')?.lastTransitionTime ?? '');
      if (Number.isNaN(time)) continue;
      const name = pod.metadata.name ?? '';
      current.set(name, time);
      if (time > (known?.pods.get(name) ?? -Infinity)) times.push(time);
    }
    const created = Date.parse(service.metadata.creationTimestamp ?? '');
    if (!Number.isNaN(created) && created > (known?.service ?? -Infinity)) times.push(created);
    this.#seen.set(key, { pods: current, service: Number.isNaN(created) ? 0 : created });
    return times.length === 0 ? undefined : Math.min(...times);
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
