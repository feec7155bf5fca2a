import { job } from '../objects.ts';
import type { Scenario } from '../scenario.ts';
import { condition, ends, indexed, long } from './job-steps.ts';

export const jobEnds: readonly Scenario[] = [
  {
    name: 'job: an index may fail twice',
    slow: true,
    async run(stage) {
      await stage.create(
        job('job', indexed({ completions: 2, parallelism: 2, backoffLimitPerIndex: 1 }), { script: long }),
      );
      await stage.untilField('Job', 'job', 'status.ready', 2);
      await ends(stage, 0, '1');
      await stage.untilField('Job', 'job', 'status.failed', 1);
      await ends(stage, 0, '1');
      await stage.untilField('Job', 'job', 'status.failedIndexes', '0');
      await ends(stage, 1, '0');
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: is indexed, and shrinks',
    async run(stage) {
      await stage.create(job('job', indexed({ completions: 3, parallelism: 3 }), { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 3);
      await stage.patch('Job', 'job', { spec: { completions: 1, parallelism: 1 } });
      await stage.untilField('Job', 'job', 'status.ready', 1);
      await stage.until('one pod', () => stage.list('Pod').length === 1);
    },
  },
  {
    name: 'job: resumes with a deadline that begins anew',
    async run(stage) {
      await stage.create(job('job', { suspend: true, activeDeadlineSeconds: 1000 }, { script: long }));
      await condition(stage, 'Suspended');
      await stage.patch('Job', 'job', { spec: { suspend: false } });
      await stage.untilField('Job', 'job', 'status.ready', 1);
      await stage.patch('Job', 'job', { spec: { suspend: true } });
      await stage.untilField('Job', 'job', 'status.startTime', undefined);
    },
  },
  {
    name: 'job: an earlier failure counts when another pod succeeds',
    async run(stage) {
      await stage.create(job('job', indexed({ completions: 2, parallelism: 2, backoffLimit: 5 }), { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 2);
      await ends(stage, 0, '1');
      await stage.untilField('Job', 'job', 'status.failed', 1);
      await ends(stage, 1, '0');
      await stage.untilField('Job', 'job', 'status.succeeded', 1);
    },
  },
  {
    name: 'job: more at a time than there are to complete',
    async run(stage) {
      await stage.create(job('job', { completions: 2, parallelism: 5 }, { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 2);
    },
  },
  {
    name: 'job: fails, and goes some time after',
    async run(stage) {
      await stage.create(job('job', { backoffLimit: 0, ttlSecondsAfterFinished: 1 }, { script: { 'exit-code': '1' } }));
      await stage.until('it was there', () => stage.list('Pod').length > 0);
      await stage.untilGone('Job', 'job');
      await stage.until('no pods', () => stage.list('Pod').length === 0);
    },
  },
  {
    name: 'job: is deleted in the foreground',
    async run(stage) {
      await stage.create(job('job', { completions: 2, parallelism: 2 }, { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 2);
      await stage.remove('Job', 'job', { propagationPolicy: 'Foreground' });
      await stage.untilGone('Job', 'job');
    },
  },
];
