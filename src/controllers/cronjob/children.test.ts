/** What a CronJob's Jobs tell of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { childrenOf, surplusJobs } from './children.ts';
import { asCronJob, type CronJob, type CronJobStatus } from './cron-job.ts';

function cronJob(status: CronJobStatus): CronJob {
  return asCronJob({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'one', uid: 'parent' },
    spec: { schedule: '* * * * *', successfulJobsHistoryLimit: 0 },
    status: JSON.parse(JSON.stringify(status)) as KubeObject['status'],
  });
}

function job(name: string, { time, ended = false }: { time?: string; ended?: boolean }): KubeObject {
  const conditions = ended ? [{ type: 'Complete', status: 'True' }] : [];
  const annotations = time === undefined ? {} : { 'batch.kubernetes.io/cronjob-scheduled-timestamp': time };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'one', uid: name, resourceVersion: '7', annotations },
    status: { conditions },
  };
}

test('a Job that was made, and of which nothing was written down, is at work and has had its time', () => {
  const { status, unexpected } = childrenOf(cronJob({}), [job('tick-1', { time: '2030-01-01T01:01:00+01:00' })]);
  assert.deepEqual(
    status.active?.map(({ name }) => name),
    ['tick-1'],
  );
  assert.equal(status.lastScheduleTime, '2030-01-01T00:01:00Z');
  assert.deepEqual(unexpected, []);
});

test('a later time that is written down stays', () => {
  const { status } = childrenOf(cronJob({ lastScheduleTime: '2030-01-01T00:02:00Z' }), [
    job('tick-1', { time: '2030-01-01T00:01:00Z', ended: true }),
  ]);
  assert.equal(status.lastScheduleTime, '2030-01-01T00:02:00Z');
});

test('one that somebody made by hand is not counted', () => {
  const { status, unexpected } = childrenOf(cronJob({}), [job('by-hand', {})]);
  assert.deepEqual(status.active, []);
  assert.equal(unexpected.length, 1);
});

test('what has ended goes when its time is written down, and not before', () => {
  const ended = [job('tick-1', { time: '2030-01-01T00:01:00Z', ended: true })];
  assert.deepEqual(surplusJobs(cronJob({}), ended), []);
  assert.deepEqual(surplusJobs(cronJob({ lastScheduleTime: '2030-01-01T00:01:00Z' }), ended), ended);
});
