/** What the queues of a process tell of themselves, under upstream's names. Mirrors component-base metrics/prometheus/workqueue. */
import { Histogram } from '../lib/metrics/histogram.ts';
import type { Metric, Sample } from '../lib/metrics/metric-text.ts';
import type { WorkQueue, WorkQueueMetrics } from './work-queue.ts';

/** Upper bounds in seconds, upstream's: from 10 ns on, ten times as much each. */
const bounds = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10] as const;

interface Counts {
  queue: Pick<WorkQueue, 'workUnderWay'>;
  depth: number;
  adds: number;
  retries: number;
  readonly waited: Histogram;
  readonly worked: Histogram;
}

export class WorkQueueCounts implements WorkQueueMetrics {
  readonly #counts = new Map<string, Counts>();

  /** A queue of a known name takes the place of a former one: its counts go on. */
  opened(queue: Pick<WorkQueue, 'name' | 'workUnderWay'>): void {
    const former = this.#counts.get(queue.name);
    if (former) {
      former.queue = queue;
      former.depth = 0;
      return;
    }
    const [waited, worked] = [new Histogram(bounds), new Histogram(bounds)];
    this.#counts.set(queue.name, { queue, depth: 0, adds: 0, retries: 0, waited, worked });
  }

  added(queue: string): void {
    this.#of(queue).adds++;
  }

  depth(queue: string, depth: number): void {
    this.#of(queue).depth = depth;
  }

  waited(queue: string, milliseconds: number): void {
    this.#of(queue).waited.observe(milliseconds / 1000);
  }

  worked(queue: string, milliseconds: number): void {
    this.#of(queue).worked.observe(milliseconds / 1000);
  }

  retried(queue: string): void {
    this.#of(queue).retries++;
  }

  metrics(): readonly Metric[] {
    return [
      this.#metric('depth', 'gauge', 'Current depth of workqueue', ({ depth }) => depth),
      this.#metric('adds_total', 'counter', 'Total number of adds handled by workqueue', ({ adds }) => adds),
      this.#metric(
        'retries_total',
        'counter',
        'Total number of retries handled by workqueue',
        ({ retries }) => retries,
      ),
      this.#metric(
        'unfinished_work_seconds',
        'gauge',
        'How many seconds of work is in progress and is not in work_duration yet. Large values mean stuck work.',
        ({ queue }) => queue.workUnderWay().totalMs / 1000,
      ),
      this.#metric(
        'longest_running_processor_seconds',
        'gauge',
        'How many seconds the longest running work on a key of the workqueue has been running.',
        ({ queue }) => queue.workUnderWay().longestMs / 1000,
      ),
      this.#metric(
        'queue_duration_seconds',
        'histogram',
        'How long in seconds an item stays in workqueue before being requested.',
        ({ waited }) => waited,
      ),
      this.#metric(
        'work_duration_seconds',
        'histogram',
        'How long in seconds processing an item from workqueue takes.',
        ({ worked }) => worked,
      ),
    ];
  }

  #metric(name: string, type: Metric['type'], help: string, read: (counts: Counts) => number | Histogram): Metric {
    const samples = [...this.#counts].flatMap(([queue, counts]): readonly Sample[] => {
      const value = read(counts);
      const labels = { name: queue };
      return typeof value === 'number' ? [{ labels, value }] : value.samples(labels);
    });
    return { name: `workqueue_${name}`, help, type, samples };
  }

  /** A queue tells of itself first. @throws Error for one that has not */
  #of(queue: string): Counts {
    const counts = this.#counts.get(queue);
    if (!counts) throw new Error(`the queue ${queue} is not known to its metrics`);
    return counts;
  }
}
