/** By their names. */
import type { JsonObject } from '../../../src/api/json.ts';
import {
  custom,
  customMetrics,
  external,
  externalMetrics,
  podMetrics,
  resources,
  type ScaledPod,
  type Scenario,
} from './scenario.ts';

const pod: ScaledPod = { cpu: '100m', memory: '64Mi' };
const two = [pod, pod];
const resource = (name: string, target: JsonObject): JsonObject => ({ type: 'Resource', resource: { name, target } });
const cpu = (averageUtilization: number): JsonObject => resource('cpu', { type: 'Utilization', averageUtilization });
const average = (averageValue: string): JsonObject => ({ type: 'AverageValue', averageValue });
const total = (value: string): JsonObject => ({ type: 'Value', value });
const used = (amount: string) => podMetrics({ cpu: amount }, { cpu: amount });
const selector = { matchLabels: { verb: 'GET' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['x', 'y'] }] };
const main = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' };

const podsMetric = (name: string, averageValue: string, more: JsonObject = {}): JsonObject => ({
  type: 'Pods',
  pods: { metric: { name, ...more }, target: average(averageValue) },
});
const objectMetric = (describedObject: JsonObject, target: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'Object',
  object: { describedObject, metric: { name: 'rate', ...more }, target },
});
const externalMetric = (target: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'External',
  external: { metric: { name: 'queue', ...more }, target },
});
const containerMetric = (container: string, target: JsonObject): JsonObject => ({
  type: 'ContainerResource',
  containerResource: { name: 'cpu', container, target },
});

const byResource: Readonly<Record<string, Scenario>> = {
  'utilization asks for more': {
    spec: { maxReplicas: 10, metrics: [cpu(50)] },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'utilization by default': { spec: { maxReplicas: 10 }, pods: two, metrics: { [`${resources}/pods`]: used('90m') } },
  'utilization within the tolerance': {
    spec: { maxReplicas: 10, metrics: [cpu(50)] },
    pods: two,
    metrics: { [`${resources}/pods`]: used('52m') },
  },
  'utilization asks for less, in five minutes': {
    spec: { maxReplicas: 10, metrics: [cpu(50)] },
    pods: two,
    metrics: { [`${resources}/pods`]: used('1m') },
  },
  'memory, by what it is': {
    spec: { maxReplicas: 10, metrics: [resource('memory', average('32Mi'))] },
    pods: two,
    metrics: { [`${resources}/pods`]: podMetrics({ memory: '48Mi' }, { memory: '50000Ki' }) },
  },
  'memory, by utilization': {
    spec: { maxReplicas: 10, metrics: [resource('memory', { type: 'Utilization', averageUtilization: 50 })] },
    pods: two,
    metrics: { [`${resources}/pods`]: podMetrics({ memory: '48000001' }, { memory: '50M' }) },
  },
  'more than may be': {
    spec: { maxReplicas: 3, metrics: [cpu(10)] },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'more than may be at once': {
    spec: { maxReplicas: 30, metrics: [cpu(10)] },
    pods: [pod],
    replicas: 1,
    metrics: { [`${resources}/pods`]: podMetrics({ cpu: '90m' }) },
  },
  'one of two pods without a metric': {
    spec: { maxReplicas: 10, metrics: [cpu(50)] },
    pods: two,
    metrics: { [`${resources}/pods`]: podMetrics({ cpu: '300m' }) },
  },
  'one of two pods not ready': {
    spec: { maxReplicas: 10, metrics: [cpu(50)] },
    pods: [pod, { ...pod, ready: false }],
    metrics: { [`${resources}/pods`]: used('300m') },
  },
  'one of two pods pending, one young': {
    spec: { maxReplicas: 10, metrics: [cpu(50)] },
    pods: [
      { ...pod, phase: 'Pending', ready: false },
      { ...pod, age: 2 },
    ],
    metrics: { [`${resources}/pods`]: used('300m') },
  },
  'no pods': { spec: { maxReplicas: 10, metrics: [cpu(50)] }, metrics: { [`${resources}/pods`]: used('90m') } },
  'no metrics': { spec: { maxReplicas: 10, metrics: [cpu(50)] }, pods: two },
  'an empty list of metrics': {
    spec: { maxReplicas: 10, metrics: [cpu(50)] },
    pods: two,
    metrics: { [`${resources}/pods`]: podMetrics() },
  },
  'a pod that requests nothing': {
    spec: { maxReplicas: 10, metrics: [cpu(50)] },
    pods: [{}],
    metrics: { [`${resources}/pods`]: podMetrics({ cpu: '90m' }) },
  },
  'a pod that requests as a whole': {
    spec: { maxReplicas: 10, metrics: [cpu(50)] },
    pods: [{ resources: { requests: { cpu: '200m' } } }],
    replicas: 1,
    metrics: { [`${resources}/pods`]: podMetrics({ cpu: '180m' }) },
  },
  'a metric of the wrong resource': {
    spec: { maxReplicas: 10, metrics: [resource('ephemeral-storage', average('1Gi'))] },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'one container': {
    spec: { maxReplicas: 10, metrics: [containerMetric('app', { type: 'Utilization', averageUtilization: 30 })] },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'one container, by what it uses': {
    spec: { maxReplicas: 10, metrics: [containerMetric('app', average('30m'))] },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'one container that is not there': {
    spec: { maxReplicas: 10, metrics: [containerMetric('other', { type: 'Utilization', averageUtilization: 30 })] },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
};

const byOthers: Readonly<Record<string, Scenario>> = {
  'a metric of pods': {
    spec: { maxReplicas: 10, metrics: [podsMetric('hits', '10')] },
    pods: two,
    metrics: { [`${custom}/pods/*/hits`]: customMetrics('hits', { 'web-0': '15', 'web-1': '14500m' }) },
  },
  'a metric of pods, some of which are silent, with a selector': {
    spec: { maxReplicas: 10, metrics: [podsMetric('hits', '10', { selector })] },
    pods: [pod, pod, pod],
    replicas: 3,
    metrics: { [`${custom}/pods/*/hits`]: customMetrics('hits', { 'web-0': '2' }) },
  },
  'a metric of pods that nobody has': {
    spec: { maxReplicas: 10, metrics: [podsMetric('hits', '10')] },
    pods: two,
  },
  'an empty list of a metric of pods': {
    spec: { maxReplicas: 10, metrics: [podsMetric('hits', '10')] },
    pods: two,
    metrics: { [`${custom}/pods/*/hits`]: customMetrics('hits', {}) },
  },
  'a metric of an object': {
    spec: { maxReplicas: 10, metrics: [objectMetric(main, total('10'))] },
    pods: two,
    metrics: { [`${custom}/ingresses.networking.k8s.io/main/rate`]: customMetrics('rate', { main: '25' }) },
  },
  'a metric of an object, shared': {
    spec: { maxReplicas: 10, metrics: [objectMetric(main, average('10'), { selector })] },
    pods: two,
    statusReplicas: 2,
    metrics: { [`${custom}/ingresses.networking.k8s.io/main/rate`]: customMetrics('rate', { main: '25' }) },
  },
  'a metric of the namespace': {
    spec: {
      maxReplicas: 10,
      metrics: [objectMetric({ apiVersion: 'v1', kind: 'Namespace', name: 'any' }, total('10'))],
    },
    pods: two,
    metrics: { [`${custom}/metrics/rate`]: customMetrics('rate', { any: '25' }) },
  },
  'a metric of an object of no kind': {
    spec: {
      maxReplicas: 10,
      metrics: [objectMetric({ apiVersion: 'example.com/v1', kind: 'Thing', name: 'x' }, total('10'))],
    },
    pods: two,
  },
  'a metric of an object that is not there': {
    spec: { maxReplicas: 10, metrics: [objectMetric(main, average('10'))] },
    pods: two,
  },
  'two values for one object': {
    spec: { maxReplicas: 10, metrics: [objectMetric(main, total('10'))] },
    pods: two,
    metrics: { [`${custom}/ingresses.networking.k8s.io/main/rate`]: customMetrics('rate', { main: '25', b: '1' }) },
  },
  'an external metric': {
    spec: { maxReplicas: 10, metrics: [externalMetric(total('10'), { selector })] },
    pods: two,
    metrics: { [`${external}/queue`]: externalMetrics('queue', '15', '2500m') },
  },
  'an external metric, shared': {
    spec: { maxReplicas: 10, metrics: [externalMetric(average('5'))] },
    pods: two,
    statusReplicas: 2,
    metrics: { [`${external}/queue`]: externalMetrics('queue', '15', '2500m') },
  },
  'an external metric that is not there': {
    spec: { maxReplicas: 10, metrics: [externalMetric(total('10'), { selector })] },
    pods: two,
  },
  'an external metric, shared, that is not there': {
    spec: { maxReplicas: 10, metrics: [externalMetric(average('10'))] },
    pods: two,
  },
  'an external metric of no values': {
    spec: { maxReplicas: 10, metrics: [externalMetric(average('10'))] },
    pods: two,
    metrics: { [`${external}/queue`]: externalMetrics('queue') },
  },
  'an external metric whose selector is none': {
    spec: {
      maxReplicas: 10,
      metrics: [externalMetric(average('10'), { selector: { matchExpressions: [{ key: 'a', operator: 'Odd' }] } })],
    },
    pods: two,
  },
  'a metric of pods whose selector is none': {
    spec: {
      maxReplicas: 10,
      metrics: [podsMetric('hits', '10', { selector: { matchLabels: { 'a b': 'c' } } })],
    },
    pods: two,
  },
  'the most wanted of several': {
    spec: { maxReplicas: 20, metrics: [cpu(50), podsMetric('hits', '10'), externalMetric(average('5'))] },
    pods: two,
    statusReplicas: 2,
    metrics: {
      [`${resources}/pods`]: used('90m'),
      [`${custom}/pods/*/hits`]: customMetrics('hits', { 'web-0': '15', 'web-1': '14500m' }),
      [`${external}/queue`]: externalMetrics('queue', '30'),
    },
  },
  'more is wanted, though one of several is not there': {
    spec: { maxReplicas: 20, metrics: [podsMetric('hits', '10'), cpu(50)] },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'less is wanted, but one of several is not there': {
    spec: { maxReplicas: 20, metrics: [cpu(50), podsMetric('hits', '10'), externalMetric(total('1'))] },
    pods: two,
    metrics: { [`${resources}/pods`]: used('9m') },
  },
};

const rules = (seconds: number, policies: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  stabilizationWindowSeconds: seconds,
  policies: [...policies],
  ...more,
});
const pods = (value: number, periodSeconds: number): JsonObject => ({ type: 'Pods', value, periodSeconds });
const percent = (value: number, periodSeconds: number): JsonObject => ({ type: 'Percent', value, periodSeconds });

const byBehavior: Readonly<Record<string, Scenario>> = {
  'up by so many pods, and no more for a while': {
    spec: { maxReplicas: 30, metrics: [cpu(10)], behavior: { scaleUp: rules(0, [pods(2, 1800)]) } },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'down at once, by percent': {
    spec: { maxReplicas: 30, metrics: [cpu(80)], behavior: { scaleDown: rules(0, [percent(20, 1800)]) } },
    replicas: 10,
    pods: two,
    metrics: { [`${resources}/pods`]: used('9m') },
  },
  'down after a little while': {
    spec: { maxReplicas: 30, metrics: [cpu(80)], behavior: { scaleDown: rules(3, [percent(100, 15)]) } },
    replicas: 10,
    pods: two,
    metrics: { [`${resources}/pods`]: used('9m') },
  },
  'down to the minimum': {
    spec: {
      minReplicas: 4,
      maxReplicas: 30,
      metrics: [cpu(80)],
      behavior: { scaleDown: rules(0, [percent(100, 15)]) },
    },
    replicas: 10,
    pods: two,
    metrics: { [`${resources}/pods`]: used('9m') },
  },
  'never down': {
    spec: {
      maxReplicas: 30,
      metrics: [cpu(80)],
      behavior: { scaleDown: rules(0, [percent(20, 1800)], { selectPolicy: 'Disabled' }) },
    },
    replicas: 10,
    pods: two,
    metrics: { [`${resources}/pods`]: used('9m') },
  },
  'up not before an hour': {
    spec: { maxReplicas: 30, metrics: [cpu(10)], behavior: { scaleUp: rules(3600, [pods(2, 1800)]) } },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'with a tolerance of its own': {
    spec: { maxReplicas: 30, metrics: [cpu(50)], behavior: { scaleUp: { tolerance: '900m' } } },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
};

const replicationController: JsonObject = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'other' },
  spec: {
    replicas: 1,
    selector: { app: 'web' },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'app', image: 'i' }] } },
  },
};

const byTarget: Readonly<Record<string, Scenario>> = {
  'below the minimum': { spec: { minReplicas: 4, maxReplicas: 10, metrics: [cpu(50)] }, pods: two },
  'above the maximum': { spec: { maxReplicas: 3, metrics: [cpu(50)] }, replicas: 7, pods: two },
  'switched off': { spec: { maxReplicas: 3, metrics: [cpu(50)] }, replicas: 0 },
  'a target that is not there': {
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' } },
  },
  'a target of no kind': {
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Thing', name: 'none' } },
  },
  'a target of no version': {
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'example.com/', kind: 'Thing', name: 'x' } },
  },
  'a target without a scale': {
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'batch/v1', kind: 'Job', name: 'none' } },
  },
  'a target by another version and letters': {
    spec: {
      maxReplicas: 10,
      metrics: [cpu(50)],
      scaleTargetRef: { apiVersion: 'apps/v9', kind: 'deployment', name: 'web' },
    },
    pods: two,
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'a target that is a ReplicationController': {
    spec: {
      maxReplicas: 10,
      metrics: [cpu(50)],
      scaleTargetRef: { apiVersion: 'v1', kind: 'ReplicationController', name: 'other' },
    },
    pods: two,
    objects: [replicationController],
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'two autoscalers of the same pods': {
    spec: { maxReplicas: 10, metrics: [cpu(50)] },
    pods: two,
    objects: [
      replicationController,
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'other' },
        spec: {
          maxReplicas: 10,
          scaleTargetRef: { apiVersion: 'v1', kind: 'ReplicationController', name: 'other' },
        },
      },
    ],
  },
  'a target that is a custom resource': {
    spec: {
      maxReplicas: 10,
      metrics: [cpu(50)],
      scaleTargetRef: { apiVersion: 'diff.example/v1', kind: 'Runner', name: 'r' },
    },
    pods: two,
    objects: [
      {
        apiVersion: 'diff.example/v1',
        kind: 'Runner',
        metadata: { name: 'r' },
        spec: { replicas: 2 },
        status: { replicas: 2, selector: 'app=web' },
      },
    ],
    metrics: { [`${resources}/pods`]: used('90m') },
  },
  'a custom resource without a selector': {
    spec: {
      maxReplicas: 10,
      metrics: [cpu(50)],
      scaleTargetRef: { apiVersion: 'diff.example/v1', kind: 'Runner', name: 'r' },
    },
    objects: [{ apiVersion: 'diff.example/v1', kind: 'Runner', metadata: { name: 'r' }, spec: { replicas: 2 } }],
  },
  'a custom resource whose selector is none': {
    spec: {
      maxReplicas: 10,
      metrics: [cpu(50)],
      scaleTargetRef: { apiVersion: 'diff.example/v1', kind: 'Runner', name: 'r' },
    },
    objects: [
      {
        apiVersion: 'diff.example/v1',
        kind: 'Runner',
        metadata: { name: 'r' },
        spec: { replicas: 2 },
        status: { replicas: 2, selector: 'a in b' },
      },
    ],
  },
  'a custom resource that has no scale': {
    spec: {
      maxReplicas: 10,
      metrics: [cpu(50)],
      scaleTargetRef: { apiVersion: 'diff.example/v1', kind: 'Plain', name: 'p' },
    },
    objects: [{ apiVersion: 'diff.example/v1', kind: 'Plain', metadata: { name: 'p' }, spec: { replicas: 2 } }],
  },
};

export const scenarios: Readonly<Record<string, Scenario>> = { ...byResource, ...byOthers, ...byBehavior, ...byTarget };
