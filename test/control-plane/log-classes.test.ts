import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorClasses, onlyIn } from './log-classes.ts';

const line = (severity: string, source: string, message: string): string =>
  `${severity}1121 15:33:51.123456   12345 ${source}] ${message}`;

test('errors that differ by names, numbers and times are one class; warnings are none', () => {
  const log = [
    line('I', 'controller.go:1', '"Starting"'),
    line('W', 'reflector.go:2', 'a watch ended'),
    line('E', 'job.go:3', '"syncing job" err="pods \\"load-1-job-x2x4x\\" not found" job="load-1/job"'),
    line('E', 'job.go:4', '"syncing job" err="pods \\"load-12-job-b2b4b\\" not found" job="load-12/job"'),
    line('E', 'gc.go:7', 'timeout after 30s at 2026-11-21T15:33:51Z of 7c1f39c4-8c5f-4d0c-9d6b-0d2b6c5f6a11'),
    'panic: not a line of klog',
  ].join('\n');
  const classes = errorClasses(log);
  assert.deepEqual(
    classes.map(({ key, count }) => [key, count]),
    [
      ['E job.go "syncing job" err="pods \\"NAME\\" not found" job="NAME/job"', 2],
      ['E gc.go timeout after N at TIME of UID', 1],
    ],
  );
});

test('what only one log has is told', () => {
  const common = line('E', 'a.go:1', 'both');
  const ours = errorClasses([common, line('E', 'b.go:1', 'ours')].join('\n'));
  assert.deepEqual(
    onlyIn(ours, errorClasses(common)).map(({ key }) => key),
    ['E b.go ours'],
  );
});
