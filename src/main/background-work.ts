/** What a role does without being asked: how busy its queues are, and when it is due again. Monitoring asks, and so does who would put it to sleep. */
import { WorkQueueCounts } from '../controller/work-queue-counts.ts';
import type { Metric } from '../lib/metrics/metric-text.ts';

interface Worker {
  /** Milliseconds since the epoch; `undefined`: not before something happens outside. */
  nextWakeUp(): number | undefined;
}

export class BackgroundWork {
  readonly queues = new WorkQueueCounts();
  readonly #workers: Worker[] = [];
  readonly #more: (() => readonly Metric[])[] = [];

  /** Returns the worker. */
  include<W extends Worker>(worker: W): W {
    this.#workers.push(worker);
    return worker;
  }

  /** What else is told to monitoring. */
  tell(metrics: () => readonly Metric[]): void {
    this.#more.push(metrics);
  }

  /** When the process must be up, though nobody calls it: milliseconds since the epoch; `undefined`: never. */
  nextWakeUp(): number | undefined {
    const times = this.#workers.flatMap((worker) => worker.nextWakeUp() ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  readonly metrics = (): readonly Metric[] => {
    const next = this.nextWakeUp();
    return [
      {
        name: 'sublet_next_wake_up_timestamp_seconds',
        help: 'When this process has work though nobody asks for any, in seconds since the epoch. No sample: never.',
        type: 'gauge',
        samples: next === undefined ? [] : [{ value: next / 1000 }],
      },
      ...this.queues.metrics(),
      ...this.#more.flatMap((metrics) => metrics()),
    ];
  };
}
