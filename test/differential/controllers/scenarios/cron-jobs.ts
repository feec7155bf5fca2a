import type { JsonObject } from '../../../../src/api/json.ts';
import { object, template } from '../objects.ts';
import type { Scenario, Stage } from '../scenario.ts';

const minuteMs = 60_000;

/** One moment for both sides, which don't come to a scenario in the same minute. */
const start = Math.floor(Date.now() / minuteMs) * minuteMs;

/** When it was so many minutes ago. */
const ago = (minutes: number): string => new Date(start - minutes * minuteMs).toISOString().replace('.000Z', 'Z');

/** Once a year: nothing comes of it while we look. */
const yearly = '0 0 1 1 *';

const cronJob = (spec: JsonObject, runFor = '1h') =>
  object('batch/v1', 'CronJob', 'cron', {
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: template('cron', { 'run-for': runFor }, { restartPolicy: 'Never' }) } },
      ...spec,
    },
  });

/** Made suspended, with a last schedule in the past, and then let go: it has a run to make up for. */
const missed = async (stage: Stage, minutes: number, spec: JsonObject, runFor?: string): Promise<void> => {
  await stage.create(cronJob({ ...spec, suspend: true }, runFor));
  await stage.patch('CronJob', 'cron', { status: { lastScheduleTime: ago(minutes) } }, { subresource: 'status' });
  await stage.patch('CronJob', 'cron', { spec: { suspend: false } });
};

/** A job of an earlier schedule, which still runs. */
const running = async (stage: Stage, spec: JsonObject = {}): Promise<void> => {
  await stage.create(cronJob({ schedule: hourlySince(2), ...spec, suspend: true }));
  const cron = stage.find('CronJob', 'cron');
  await stage.create(
    object('batch/v1', 'Job', 'earlier', {
      metadata: {
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'CronJob', name: 'cron', uid: cron?.metadata.uid ?? '', controller: true },
        ],
      },
      spec: { template: template('cron', { 'run-for': '1h' }, { restartPolicy: 'Never' }) },
    }),
  );
  await stage.untilField('Job', 'earlier', 'status.ready', 1);
  const { uid = '', name = '' } = stage.find('Job', 'earlier')?.metadata ?? {};
  const active = [{ apiVersion: 'batch/v1', kind: 'Job', name, namespace: stage.namespace, uid }];
  await stage.patch('CronJob', 'cron', { status: { lastScheduleTime: ago(10), active } }, { subresource: 'status' });
};

export const cronJobs: readonly Scenario[] = [
  {
    name: 'cron job: is suspended',
    async run(stage) {
      await stage.create(cronJob({ suspend: true }));
      await stage.pause(1000);
    },
  },
  {
    name: 'cron job: makes up for a run',
    // Each minute is one more.
    countsVary: true,
    async run(stage) {
      await missed(stage, 3, { schedule: hourlySince(2) });
      await stage.until('a job', () => stage.list('Job').length === 1);
      await stage.untilPods(1);
    },
  },
  {
    name: 'cron job: its run is over',
    async run(stage) {
      await missed(stage, 3, { schedule: hourlySince(2) }, '0s');
      await stage.untilEvent('SawCompletedJob');
    },
  },
  {
    name: 'cron job: has missed more runs than anybody counts',
    async run(stage) {
      await stage.create(cronJob({ suspend: true }));
      await stage.patch('CronJob', 'cron', { status: { lastScheduleTime: ago(200) } }, { subresource: 'status' });
      await stage.patch('CronJob', 'cron', { spec: { suspend: false } });
      await stage.untilEvent('TooManyMissedTimes');
      await stage.until('a job', () => stage.list('Job').length > 0);
      await stage.patch('CronJob', 'cron', { spec: { suspend: true } });
    },
  },
  {
    name: 'cron job: is too late for its run',
    async run(stage) {
      await missed(stage, 13, { schedule: hourlySince(5), startingDeadlineSeconds: 60 });
      await stage.pause(2000);
    },
  },
  {
    name: 'cron job: Forbid: the run before still goes on',
    countsVary: true,
    async run(stage) {
      await running(stage, { concurrencyPolicy: 'Forbid' });
      await stage.patch('CronJob', 'cron', { spec: { suspend: false } });
      await stage.untilEvent('JobAlreadyActive');
    },
  },
  {
    name: 'cron job: Replace: the run before is ended',
    countsVary: true,
    async run(stage) {
      await running(stage, { concurrencyPolicy: 'Replace' });
      await stage.patch('CronJob', 'cron', { spec: { suspend: false } });
      await stage.untilGone('Job', 'earlier');
      await stage.untilPods(1);
    },
  },
  {
    name: 'cron job: Allow: the run before goes on beside it',
    countsVary: true,
    async run(stage) {
      await running(stage);
      await stage.patch('CronJob', 'cron', { spec: { suspend: false } });
      await stage.untilPods(2);
    },
  },
  {
    name: 'cron job: a run that a new schedule says has been missed is not made up for',
    async run(stage) {
      await stage.create(cronJob({ schedule: yearly }));
      await stage.patch('CronJob', 'cron', { status: { lastScheduleTime: ago(10) } }, { subresource: 'status' });
      await stage.pause(500);
      await stage.patch('CronJob', 'cron', { spec: { schedule: hourlySince(2) } });
      await stage.pause(1500);
    },
  },
  {
    name: 'cron job: keeps one run that went well and one that did not',
    countsVary: true,
    async run(stage) {
      await stage.create(cronJob({ schedule: yearly, successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 }));
      const uid = stage.find('CronJob', 'cron')?.metadata.uid ?? '';
      for (const [name, code] of [
        ['well-1', '0'],
        ['well-2', '0'],
        ['badly-1', '1'],
        ['badly-2', '1'],
      ] as const) {
        await stage.create(
          object('batch/v1', 'Job', name, {
            metadata: {
              ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'cron', uid, controller: true }],
            },
            spec: {
              backoffLimit: 0,
              template: template('cron', { 'run-for': '0s', 'exit-code': code }, { restartPolicy: 'Never' }),
            },
          }),
        );
        // They are told apart by when they began.
        await stage.pause(1200);
      }
      await stage.until('two jobs', () => stage.list('Job').length === 2);
    },
  },
  {
    name: 'cron job: a job that it does not know',
    countsVary: true,
    async run(stage) {
      await stage.create(cronJob({ schedule: yearly }));
      const uid = stage.find('CronJob', 'cron')?.metadata.uid ?? '';
      await stage.create(
        object('batch/v1', 'Job', 'stranger', {
          metadata: {
            ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'cron', uid, controller: true }],
          },
          spec: { template: template('cron', { 'run-for': '1h' }, { restartPolicy: 'Never' }) },
        }),
      );
      await stage.untilEvent('UnexpectedJob');
    },
  },
  {
    name: 'cron job: a time zone',
    async run(stage) {
      await stage.create(cronJob({ schedule: yearly, timeZone: 'Europe/Berlin' }));
      await stage.pause(1000);
    },
  },
  {
    name: 'cron job: a time zone in its schedule',
    countsVary: true,
    async run(stage) {
      await stage.create(cronJob({ schedule: yearly }));
      await stage.patch('CronJob', 'cron', { spec: { schedule: 'TZ=UTC 0 0 1 1 *' } }).catch(() => undefined);
      await stage.pause(1000);
    },
  },
  {
    name: 'cron job: a job made from it by hand',
    countsVary: true,
    async run(stage) {
      await stage.create(cronJob({ suspend: true }));
      const cron = stage.find('CronJob', 'cron');
      await stage.create(
        object('batch/v1', 'Job', 'by-hand', {
          metadata: {
            annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
            ownerReferences: [
              {
                apiVersion: 'batch/v1',
                kind: 'CronJob',
                name: 'cron',
                uid: cron?.metadata.uid ?? '',
                controller: true,
              },
            ],
          },
          spec: { template: template('cron', { 'run-for': '0s' }, { restartPolicy: 'Never' }) },
        }),
      );
      await stage.untilField('Job', 'by-hand', 'status.conditions[type=Complete].status', 'True');
    },
  },
  {
    name: 'cron job: is deleted with its jobs',
    async run(stage) {
      await missed(stage, 3, { schedule: hourlySince(2) });
      await stage.untilPods(1);
      await stage.remove('CronJob', 'cron', { propagationPolicy: 'Background' });
      await stage.until('all is gone', () => stage.list('Job').length + stage.list('Pod').length === 0);
    },
  },
];

/** A schedule that was due so many minutes ago, and is not due again soon. */
function hourlySince(minutes: number): string {
  const due = new Date(start - minutes * minuteMs);
  return `${due.getUTCMinutes()} * * * *`;
}
