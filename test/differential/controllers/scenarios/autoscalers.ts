import type { JsonObject } from '../../../../src/api/json.ts';
import { deployment, object } from '../objects.ts';
import type { Scenario, Stage } from '../scenario.ts';

/** Nobody serves metrics on either side. */
const autoscaler = (spec: JsonObject, name = 'scaler') =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 3, ...spec },
  });

const web = async (stage: Stage, replicas: number): Promise<void> => {
  await stage.create(deployment('web', { replicas }));
  await stage.untilField('Deployment', 'web', 'status.observedGeneration', 1);
};

const condition = (stage: Stage, type: string, reason: string) =>
  stage.untilField('HorizontalPodAutoscaler', 'scaler', `status.conditions[type=${type}].reason`, reason);

/** The first look comes after fifteen seconds, and each of the next ones tells the same. */
const common = { slow: true, countsVary: true } as const;

const metrics: readonly (readonly [name: string, metric: JsonObject, reason: string])[] = [
  [
    'cpu',
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
    'FailedGetResourceMetric',
  ],
  [
    'a container',
    {
      type: 'ContainerResource',
      containerResource: { name: 'cpu', container: 'main', target: { type: 'AverageValue', averageValue: '1' } },
    },
    'FailedGetContainerResourceMetric',
  ],
  [
    'pods',
    { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '1' } } },
    'FailedGetPodsMetric',
  ],
  [
    'an object',
    {
      type: 'Object',
      object: {
        metric: { name: 'hits' },
        describedObject: { apiVersion: 'v1', kind: 'Service', name: 'web' },
        target: { type: 'Value', value: '1' },
      },
    },
    'FailedGetObjectMetric',
  ],
  [
    'elsewhere',
    { type: 'External', external: { metric: { name: 'hits' }, target: { type: 'Value', value: '1' } } },
    'FailedGetExternalMetric',
  ],
];

export const autoscalers: readonly Scenario[] = [
  ...metrics.map(([name, metric, reason]): Scenario => ({
    ...common,
    name: `autoscaler: no metrics: ${name}`,
    async run(stage) {
      await web(stage, 2);
      await stage.create(autoscaler({ metrics: [metric] }));
      await condition(stage, 'ScalingActive', reason);
    },
  })),
  {
    ...common,
    name: 'autoscaler: of nothing',
    async run(stage) {
      await stage.create(autoscaler({}));
      await condition(stage, 'AbleToScale', 'FailedGetScale');
    },
  },
  {
    ...common,
    name: 'autoscaler: of a kind that nobody knows',
    async run(stage) {
      const scaleTargetRef = { apiVersion: 'example.com/v1', kind: 'Nothing', name: 'web' };
      await stage.create(autoscaler({ scaleTargetRef }));
      await condition(stage, 'AbleToScale', 'FailedGetScale');
    },
  },
  {
    ...common,
    name: 'autoscaler: of no replicas',
    async run(stage) {
      await web(stage, 0);
      await stage.create(autoscaler({}));
      await condition(stage, 'ScalingActive', 'ScalingDisabled');
    },
  },
  {
    ...common,
    name: 'autoscaler: there are more than may be',
    async run(stage) {
      await web(stage, 5);
      await stage.create(autoscaler({}));
      await stage.untilField('Deployment', 'web', 'status.availableReplicas', 3);
      await stage.untilField('HorizontalPodAutoscaler', 'scaler', 'status.currentReplicas', 3);
    },
  },
  {
    ...common,
    name: 'autoscaler: there are fewer than must be',
    async run(stage) {
      await web(stage, 1);
      await stage.create(autoscaler({ minReplicas: 2 }));
      await stage.untilField('Deployment', 'web', 'status.availableReplicas', 2);
      await stage.untilField('HorizontalPodAutoscaler', 'scaler', 'status.currentReplicas', 2);
    },
  },
  {
    ...common,
    name: 'autoscaler: two of the same pods',
    async run(stage) {
      await web(stage, 1);
      await stage.create(autoscaler({}));
      await stage.create(autoscaler({}, 'other'));
      await condition(stage, 'ScalingActive', 'AmbiguousSelector');
    },
  },
];
