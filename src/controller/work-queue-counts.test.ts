import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../client/fake-clock.test-double.ts';
import { metricText } from '../lib/metrics/metric-text.ts';
import { WorkQueueCounts } from './work-queue-counts.ts';
import { WorkQueue } from './work-queue.ts';

test('queues tell how full, how slow and how stuck they are', async () => {
  const clock = new FakeClock(0);
  const counts = new WorkQueueCounts();
  const queue = new WorkQueue({ name: 'deployment', clock, metrics: counts });
  const quiet = new WorkQueue({ name: 'quiet', clock, metrics: counts });
  for (const key of ['a', 'b', 'a']) queue.add(key);
  await clock.advance(500);
  const key = await queue.take();
  await clock.advance(2000);
  queue.addRateLimited('c');
  const text = counts.metrics().map(metricText).join('');
  for (const line of [
    'workqueue_depth{name="deployment"} 1',
    'workqueue_depth{name="quiet"} 0',
    'workqueue_adds_total{name="deployment"} 2',
    'workqueue_retries_total{name="deployment"} 1',
    'workqueue_unfinished_work_seconds{name="deployment"} 2',
    'workqueue_longest_running_processor_seconds{name="deployment"} 2',
    'workqueue_queue_duration_seconds_bucket{name="deployment",le="0.1"} 0',
    'workqueue_queue_duration_seconds_bucket{name="deployment",le="1"} 1',
    'workqueue_queue_duration_seconds_sum{name="deployment"} 0.5',
    'workqueue_work_duration_seconds_count{name="deployment"} 0',
  ])
    assert.ok(text.split('\n').includes(line), line);
  assert.equal(key, 'a');
  new WorkQueue({ name: 'deployment', clock, metrics: counts }).add('z');
  assert.match(counts.metrics().map(metricText).join(''), /^workqueue_adds_total\{name="deployment"\} 3$/m);
  queue.close();
  quiet.close();
});
