import type { JsonObject } from '../../../../src/api/json.ts';
import { job, object, pod } from '../objects.ts';
import { fieldOf, type Scenario } from '../scenario.ts';
import { condition, ends, indexed, long, tell } from './job-steps.ts';

const onExit = (action: string, ...values: readonly number[]): JsonObject => ({
  podFailurePolicy: { rules: [{ action, onExitCodes: { operator: 'In', values: [...values] } }] },
});

const disrupted = {
  status: {
    phase: 'Failed',
    conditions: [
      { type: 'DisruptionTarget', status: 'True', reason: 'Test', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  },
};

export const jobs: readonly Scenario[] = [
  {
    name: 'job: one pod',
    async run(stage) {
      await stage.create(job('job', {}));
      await condition(stage, 'Complete');
    },
  },
  {
    name: 'job: three completions, two at a time',
    async run(stage) {
      await stage.create(job('job', { completions: 3, parallelism: 2 }));
      await condition(stage, 'Complete');
    },
  },
  {
    name: 'job: runs',
    async run(stage) {
      await stage.create(job('job', { completions: 5, parallelism: 3 }, { script: long }));
      await stage.untilField('Job', 'job', 'status.active', 3);
      await stage.untilField('Job', 'job', 'status.ready', 3);
    },
  },
  {
    name: 'job: is indexed',
    async run(stage) {
      await stage.create(job('job', indexed({ completions: 4, parallelism: 2 })));
      await condition(stage, 'Complete');
    },
  },
  {
    name: 'job: is indexed, and grows',
    async run(stage) {
      await stage.create(job('job', indexed({ completions: 2, parallelism: 2 }), { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 2);
      await stage.patch('Job', 'job', { spec: { completions: 3, parallelism: 3 } });
      await stage.untilField('Job', 'job', 'status.ready', 3);
    },
  },
  {
    name: 'job: its parallelism changes',
    async run(stage) {
      await stage.create(job('job', { completions: 8, parallelism: 4 }, { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 4);
      await stage.patch('Job', 'job', { spec: { parallelism: 2 } });
      await stage.untilField('Job', 'job', 'status.active', 2);
      await stage.until('two pods', () => stage.list('Pod').length === 2);
      await stage.patch('Job', 'job', { spec: { parallelism: 0 } });
      await stage.until('no pods', () => stage.list('Pod').length === 0);
      await stage.untilField('Job', 'job', 'status.active', undefined);
    },
  },
  {
    name: 'job: of no completions',
    async run(stage) {
      await stage.create(job('job', { completions: 0 }));
      await condition(stage, 'Complete');
    },
  },
  {
    name: 'job: a work queue: one success ends it',
    async run(stage) {
      await stage.create(job('job', { parallelism: 2 }, { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 2);
      for (const { metadata } of stage.list('Pod')) await tell(stage, metadata.name ?? '', '0');
      await condition(stage, 'Complete');
    },
  },
  {
    name: 'job: is created suspended',
    async run(stage) {
      await stage.create(job('job', { suspend: true }));
      await condition(stage, 'Suspended');
    },
  },
  {
    name: 'job: is suspended, and resumed',
    async run(stage) {
      await stage.create(job('job', { completions: 2, parallelism: 2 }, { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 2);
      await stage.patch('Job', 'job', { spec: { suspend: true } });
      await condition(stage, 'Suspended');
      await stage.until('no pods', () => stage.list('Pod').length === 0);
      await stage.patch('Job', 'job', { spec: { suspend: false } });
      await stage.untilField('Job', 'job', 'status.ready', 2);
      await stage.untilField('Job', 'job', 'status.conditions[type=Suspended].status', 'False');
    },
  },
  {
    name: 'job: is suspended with another template',
    async run(stage) {
      await stage.create(job('job', { suspend: true }, { script: long }));
      await condition(stage, 'Suspended');
      await stage.patch('Job', 'job', {
        spec: { suspend: false, template: { spec: { nodeSelector: { 'kubernetes.io/os': 'linux' } } } },
      });
      await stage.untilField('Job', 'job', 'status.ready', 1);
    },
  },
  {
    name: 'job: fails at once',
    async run(stage) {
      await stage.create(job('job', { backoffLimit: 0 }, { script: { 'exit-code': '3' } }));
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: fails, and takes its other pods along',
    async run(stage) {
      await stage.create(job('job', indexed({ completions: 3, parallelism: 3, backoffLimit: 0 }), { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 3);
      await ends(stage, 1, '1');
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: a pod fails, and is replaced after a while',
    slow: true,
    async run(stage) {
      await stage.create(job('job', indexed({ completions: 1, backoffLimit: 2 }), { script: long }));
      await ends(stage, 0, '1');
      await stage.untilField('Job', 'job', 'status.failed', 1);
      await stage.untilField('Job', 'job', 'status.ready', 1);
    },
  },
  {
    name: 'job: a pod fails, and its successor is waited for',
    async run(stage) {
      await stage.create(job('job', indexed({ completions: 1, backoffLimit: 2 }), { script: long }));
      await ends(stage, 0, '1');
      await stage.untilField('Job', 'job', 'status.failed', 1);
    },
  },
  {
    name: 'job: each index may fail once',
    async run(stage) {
      await stage.create(
        job('job', indexed({ completions: 3, parallelism: 3, backoffLimitPerIndex: 0 }), { script: long }),
      );
      await stage.untilField('Job', 'job', 'status.ready', 3);
      await ends(stage, 0, '0');
      await ends(stage, 1, '1');
      await ends(stage, 2, '0');
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: too many indexes fail',
    async run(stage) {
      await stage.create(
        job('job', indexed({ completions: 5, parallelism: 5, backoffLimitPerIndex: 0, maxFailedIndexes: 1 }), {
          script: long,
        }),
      );
      await stage.untilField('Job', 'job', 'status.ready', 5);
      await ends(stage, 0, '1');
      await stage.untilField('Job', 'job', 'status.failedIndexes', '0');
      await ends(stage, 1, '1');
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: indexes that fail in a row',
    async run(stage) {
      await stage.create(
        job('job', indexed({ completions: 4, parallelism: 4, backoffLimitPerIndex: 0 }), { script: long }),
      );
      await stage.untilField('Job', 'job', 'status.ready', 4);
      for (const [ordinal, code] of ['1', '1', '1', '0'].entries()) await ends(stage, ordinal, code);
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: policy: FailJob',
    async run(stage) {
      await stage.create(
        job('job', indexed({ completions: 2, parallelism: 2, ...onExit('FailJob', 42) }), { script: long }),
      );
      await stage.untilField('Job', 'job', 'status.ready', 2);
      await ends(stage, 0, '42');
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: policy: FailJob of a container',
    async run(stage) {
      const rule = { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'NotIn', values: [5] } };
      await stage.create(job('job', { podFailurePolicy: { rules: [rule] } }, { script: { 'exit-code': '6' } }));
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: policy: Ignore',
    async run(stage) {
      const ignore = { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] };
      await stage.create(
        job('job', indexed({ completions: 1, backoffLimit: 0, podFailurePolicy: { rules: [ignore] } }), {
          script: long,
        }),
      );
      await stage.untilField('Job', 'job', 'status.ready', 1);
      const first = stage.list('Pod')[0]?.metadata.name ?? '';
      await stage.patch('Pod', first, disrupted, { subresource: 'status', type: 'strategic' });
      await stage.until('another pod runs', () =>
        stage.list('Pod').some((each) => each.metadata.name !== first && fieldOf(each, 'status.phase') === 'Running'),
      );
      await stage.untilField('Job', 'job', 'status.ready', 1);
    },
  },
  {
    name: 'job: policy: FailJob by a condition',
    async run(stage) {
      const rule = { action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] };
      await stage.create(
        job('job', indexed({ completions: 1, podFailurePolicy: { rules: [rule] } }), { script: long }),
      );
      await stage.untilField('Job', 'job', 'status.ready', 1);
      const first = stage.list('Pod')[0]?.metadata.name ?? '';
      await stage.patch('Pod', first, disrupted, { subresource: 'status', type: 'strategic' });
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: policy: FailIndex',
    async run(stage) {
      await stage.create(
        job('job', indexed({ completions: 2, parallelism: 2, backoffLimitPerIndex: 3, ...onExit('FailIndex', 7) }), {
          script: long,
        }),
      );
      await stage.untilField('Job', 'job', 'status.ready', 2);
      await ends(stage, 0, '7');
      await ends(stage, 1, '0');
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: policy: Count',
    async run(stage) {
      await stage.create(job('job', { backoffLimit: 0, ...onExit('Count', 9) }, { script: { 'exit-code': '9' } }));
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: success of some indexes is enough',
    async run(stage) {
      await stage.create(
        job(
          'job',
          indexed({ completions: 3, parallelism: 3, successPolicy: { rules: [{ succeededIndexes: '0,2' }] } }),
          {
            script: long,
          },
        ),
      );
      await stage.untilField('Job', 'job', 'status.ready', 3);
      await ends(stage, 0, '0');
      await ends(stage, 2, '0');
      await condition(stage, 'Complete');
    },
  },
  {
    name: 'job: success of so many indexes is enough',
    async run(stage) {
      const rule = { succeededIndexes: '1-2', succeededCount: 1 };
      await stage.create(
        job('job', indexed({ completions: 3, parallelism: 3, successPolicy: { rules: [rule] } }), { script: long }),
      );
      await stage.untilField('Job', 'job', 'status.ready', 3);
      await ends(stage, 2, '0');
      await condition(stage, 'Complete');
    },
  },
  {
    name: 'job: takes longer than its deadline',
    async run(stage) {
      await stage.create(job('job', { completions: 2, parallelism: 2, activeDeadlineSeconds: 2 }, { script: long }));
      await condition(stage, 'Failed');
    },
  },
  {
    name: 'job: goes some time after it has ended',
    async run(stage) {
      await stage.create(job('job', { ttlSecondsAfterFinished: 1 }));
      await stage.until('it was there', () => stage.list('Pod').length > 0);
      await stage.untilGone('Job', 'job');
      await stage.until('no pods', () => stage.list('Pod').length === 0);
    },
  },
  {
    name: 'job: stays until its time has come',
    async run(stage) {
      await stage.create(job('job', { ttlSecondsAfterFinished: 1000 }));
      await condition(stage, 'Complete');
    },
  },
  {
    name: 'job: is managed by another',
    async run(stage) {
      await stage.create(job('job', { managedBy: 'example.com/other' }));
      await stage.pause(1000);
    },
  },
  {
    name: 'job: pods that are being deleted are replaced when they have failed',
    async run(stage) {
      await stage.create(
        job(
          'job',
          { podReplacementPolicy: 'Failed' },
          {
            script: { ...long, 'stop-delay': '300s' },
            podSpec: { terminationGracePeriodSeconds: 300 },
          },
        ),
      );
      await stage.untilField('Job', 'job', 'status.ready', 1);
      await stage.remove('Pod', stage.list('Pod')[0]?.metadata.name ?? '');
      await stage.untilField('Job', 'job', 'status.terminating', 1);
    },
  },
  {
    name: 'job: pods that are being deleted are replaced at once',
    async run(stage) {
      await stage.create(
        job(
          'job',
          {},
          {
            script: { ...long, 'stop-delay': '300s' },
            podSpec: { terminationGracePeriodSeconds: 300 },
          },
        ),
      );
      await stage.untilField('Job', 'job', 'status.ready', 1);
      await stage.remove('Pod', stage.list('Pod')[0]?.metadata.name ?? '');
      await stage.untilField('Job', 'job', 'status.terminating', 1);
      await stage.until('a second pod', () => stage.list('Pod').length === 2);
    },
  },
  {
    name: 'job: is deleted in the background',
    async run(stage) {
      await stage.create(job('job', { completions: 2, parallelism: 2 }, { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 2);
      await stage.remove('Job', 'job', { propagationPolicy: 'Background' });
      await stage.until('no pods', () => stage.list('Pod').length === 0);
    },
  },
  {
    name: 'job: is deleted alone',
    async run(stage) {
      await stage.create(job('job', {}, { script: long }));
      await stage.untilField('Job', 'job', 'status.ready', 1);
      await stage.remove('Job', 'job', { propagationPolicy: 'Orphan' });
      await stage.untilGone('Job', 'job');
      await stage.until('its pod is free', () => stage.list('Pod').every(({ metadata }) => !metadata.ownerReferences));
    },
  },
  {
    name: 'job: a quota leaves it short of pods',
    countsVary: true,
    async run(stage) {
      await stage.create(object('v1', 'ResourceQuota', 'few', { spec: { hard: { pods: '1' } } }));
      await stage.untilField('ResourceQuota', 'few', 'status.hard.pods', '1');
      await stage.create(job('job', { completions: 2, parallelism: 2 }, { script: long }));
      await stage.untilEvent('FailedCreate');
      await stage.untilField('Job', 'job', 'status.ready', 1);
    },
  },
  {
    name: 'job: adopts a pod by a selector of its own',
    async run(stage) {
      await stage.create(pod('mine', { app: 'job' }, long, { restartPolicy: 'Never' }));
      await stage.untilPods(1);
      const given = job('job', { manualSelector: true, selector: { matchLabels: { app: 'job' } } }, { script: long });
      await stage.create(given);
      await stage.untilField('Pod', 'mine', 'metadata.ownerReferences[kind=Job].name', 'job');
    },
  },
  {
    name: 'job: containers start again, until there were too many failures',
    slow: true,
    async run(stage) {
      await stage.create(
        job('job', { backoffLimit: 1 }, { script: { 'exit-code': '1' }, podSpec: { restartPolicy: 'OnFailure' } }),
      );
      await condition(stage, 'Failed');
    },
  },
];
