/** Autoscalers through both of their versions: what one can't say stands in annotations of the other. */
import { each, get, patch, post, put, type Call, type Family, type Json } from '../case.ts';

type Fields = Readonly<Record<string, Json>>;

const v1 = '/apis/autoscaling/v1/namespaces/{ns}/horizontalpodautoscalers';
const v2 = '/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers';
const table = 'application/json;as=Table;g=meta.k8s.io;v=v1';
const metadata: Fields = { name: 'a' };
const target: Fields = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const spec: Fields = { scaleTargetRef: target, maxReplicas: 5 };
const selector: Fields = { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'Exists' }] };
const ingress: Fields = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' };

const resource = (name: string, more: Fields): Fields => ({ type: 'Resource', resource: { name, target: more } });
const utilization = (averageUtilization: number): Fields => ({ type: 'Utilization', averageUtilization });
const average = (averageValue: Json): Fields => ({ type: 'AverageValue', averageValue });
const total = (value: Json): Fields => ({ type: 'Value', value });
const pods = (metric: Fields, more: Fields): Fields => ({ type: 'Pods', pods: { metric, target: more } });
const external = (metric: Fields, more: Fields): Fields => ({ type: 'External', external: { metric, target: more } });
const object = (describedObject: Fields, metric: Fields, more: Fields): Fields => ({
  type: 'Object',
  object: { describedObject, metric, target: more },
});
const container = (name: string, of: string, more: Fields): Fields => ({
  type: 'ContainerResource',
  containerResource: { name, container: of, target: more },
});

const many: readonly Fields[] = [
  pods({ name: 'hits', selector }, average('1.5')),
  object(ingress, { name: 'rate' }, total('10')),
  object(ingress, { name: 'rate', selector }, average('2e3')),
  external({ name: 'queue', selector }, total('30')),
  external({ name: 'queue' }, average('0.5')),
  resource('memory', average('1Gi')),
  resource('memory', utilization(60)),
  container('cpu', 'app', utilization(70)),
  container('memory', 'app', average('100M')),
];

const policy = (type: string, value: Json, periodSeconds: Json): Fields => ({ type, value, periodSeconds });

/** Specs of v2; those that are refused as well. */
const specs: Readonly<Record<string, Fields>> = {
  'the least': spec,
  nothing: {},
  'no metrics': { ...spec, metrics: [] },
  'cpu by utilization': { ...spec, metrics: [resource('cpu', utilization(50))] },
  'cpu by amount': { ...spec, metrics: [resource('cpu', average('500m'))] },
  'cpu twice': { ...spec, metrics: [resource('cpu', utilization(50)), resource('cpu', utilization(70))] },
  'all metrics': { ...spec, metrics: [...many] },
  'all metrics and cpu': {
    ...spec,
    metrics: [...many.slice(0, 3), resource('cpu', utilization(50)), ...many.slice(3)],
  },
  'no behavior': { ...spec, behavior: {} },
  'behavior up': { ...spec, behavior: { scaleUp: { policies: [policy('Pods', 1, 60)] } } },
  'behavior down': { ...spec, behavior: { scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: 'Disabled' } } },
  'behavior with tolerances': {
    ...spec,
    behavior: { scaleUp: { tolerance: '0.05' }, scaleDown: { tolerance: '50m', stabilizationWindowSeconds: 3600 } },
  },
  'behavior without policies': { ...spec, behavior: { scaleUp: { policies: [] } } },
  'behavior of nulls': { ...spec, behavior: { scaleUp: { policies: null, selectPolicy: null }, scaleDown: null } },
  'behavior too long': {
    ...spec,
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 3601, policies: [policy('Pods', 1, 1801)] },
      scaleDown: { stabilizationWindowSeconds: -1, policies: [policy('Percent', 0, 0)], tolerance: '-1' },
    },
  },
  'behavior of no kind': {
    ...spec,
    behavior: { scaleUp: { selectPolicy: 'Odd', policies: [policy('Odd', 1, 1), policy('', -1, -1)] } },
  },
  'scaling to zero by cpu': { ...spec, minReplicas: 0 },
  'scaling to zero by queue': { ...spec, minReplicas: 0, metrics: [external({ name: 'queue' }, total('1'))] },
  'no maximum': { scaleTargetRef: target },
  'a maximum below zero': { ...spec, maxReplicas: -1 },
  'a minimum above the maximum': { ...spec, minReplicas: 6 },
  'a minimum below zero': { ...spec, minReplicas: -1 },
  'a target of nothing': { ...spec, scaleTargetRef: {} },
  'a target without a version': { ...spec, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
  'a target of the core': { ...spec, scaleTargetRef: { apiVersion: 'v1', kind: 'ReplicationController', name: 'web' } },
  'a target of the core that is none': {
    ...spec,
    scaleTargetRef: { apiVersion: 'v1', kind: 'Deployment', name: 'web' },
  },
  'a target of odd letters': { ...spec, scaleTargetRef: { apiVersion: 'a/b/c', kind: 'a/b', name: '..' } },
  'a metric of no type': { ...spec, metrics: [{}] },
  'a metric of an odd type': { ...spec, metrics: [{ type: 'Odd' }] },
  'a metric of another type': {
    ...spec,
    metrics: [{ type: 'Pods', resource: { name: 'cpu', target: utilization(1) } }],
  },
  'a metric of two types': {
    ...spec,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: utilization(1) },
        pods: { metric: { name: 'm' }, target: average('1') },
      },
    ],
  },
  'a resource without a name': { ...spec, metrics: [resource('', utilization(1))] },
  'a resource of an odd name': { ...spec, metrics: [resource('a b', utilization(1))] },
  'a resource of no target': { ...spec, metrics: [resource('cpu', { type: 'Utilization' })] },
  'a resource of both targets': {
    ...spec,
    metrics: [resource('cpu', { type: 'Utilization', averageUtilization: 1, averageValue: '1' })],
  },
  'a resource of an odd target': { ...spec, metrics: [resource('cpu', { type: 'Odd', averageUtilization: 0 })] },
  'targets of nothing': {
    ...spec,
    metrics: [
      pods({ name: 'm' }, average('0')),
      external({ name: 'm' }, total('-1')),
      external({ name: 'm' }, { type: 'Value' }),
      external({ name: 'm' }, { type: 'Value', value: '1', averageValue: '1' }),
      object(ingress, { name: 'm' }, { type: 'Value' }),
    ],
  },
  'metrics without names': {
    ...spec,
    metrics: [
      pods({ name: '' }, average('1')),
      pods({ name: 'a/b' }, average('1')),
      external({ name: 'a%b' }, total('1')),
      object({ kind: '', name: '' }, { name: '..' }, total('1')),
      container('', '', utilization(1)),
      container('a b', 'A', utilization(1)),
    ],
  },
  'objects of odd versions': {
    ...spec,
    metrics: [
      object({ apiVersion: 'a/b/c', kind: 'K', name: 'n' }, { name: 'm' }, total('1')),
      object({ kind: 'Service', name: 'n' }, { name: 'm' }, total('1')),
    ],
  },
  'quantities that are none': { ...spec, metrics: [pods({ name: 'm' }, average('many'))] },
  'quantities as numbers': { ...spec, metrics: [pods({ name: 'm' }, average(2)), external({ name: 'm' }, total(1.5))] },
  'a selector that is none': {
    ...spec,
    metrics: [pods({ name: 'm', selector: { matchExpressions: [{ key: 'a b', operator: 'Odd' }] } }, average('1'))],
  },
};

const prefix = 'autoscaling.alpha.kubernetes.io';
const oldPods = { type: 'Pods', pods: { metricName: 'hits', targetAverageValue: '2', selector } };
const oldObject = {
  type: 'Object',
  object: { target: ingress, metricName: 'rate', targetValue: '0', averageValue: '3' },
};
const oldExternal = { type: 'External', external: { metricName: 'queue', metricSelector: selector, targetValue: '4' } };
const oldContainer = {
  type: 'ContainerResource',
  containerResource: { name: 'cpu', container: 'app', targetAverageUtilization: 5 },
};
const oldMemory = { type: 'Resource', resource: { name: 'memory', targetAverageValue: '1Gi' } };
const oldBehavior = {
  ScaleUp: {
    StabilizationWindowSeconds: 5,
    SelectPolicy: 'Min',
    Policies: [{ Type: 'Pods', Value: 1, PeriodSeconds: 2 }],
  },
};

interface Old {
  readonly spec?: Fields;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/** Autoscalers of v1. */
const olds: Readonly<Record<string, Old>> = {
  'the least': {},
  nothing: { spec: {} },
  'a utilization': { spec: { ...spec, targetCPUUtilizationPercentage: 50 } },
  'a utilization of zero': { spec: { ...spec, targetCPUUtilizationPercentage: 0 } },
  'a utilization and other metrics': {
    spec: { ...spec, targetCPUUtilizationPercentage: 50 },
    annotations: { metrics: [oldPods, oldObject, oldExternal, oldContainer, oldMemory], own: 'x' },
  },
  'other metrics': { annotations: { metrics: [oldPods] } },
  'no other metrics': { annotations: { metrics: [] } },
  'other metrics that are none': { annotations: { metrics: '{' } },
  'other metrics of another kind': { annotations: { metrics: { a: 'b' } } },
  'other metrics with odd fields': {
    annotations: { metrics: [{ ...oldPods, odd: 1, pods: { ...oldPods.pods, odd: 1 } }] },
  },
  'other metrics of odd values': { annotations: { metrics: [{ type: 'Pods', pods: { metricName: 1 } }] } },
  'other metrics of odd quantities': {
    annotations: { metrics: [{ type: 'Pods', pods: { metricName: 'm', targetAverageValue: 'many' } }] },
  },
  'other metrics with bad values': {
    annotations: { metrics: [{ type: 'Pods', pods: { metricName: '', targetAverageValue: '0' } }] },
  },
  'a metric without its source': { annotations: { metrics: [{ type: 'Pods' }] } },
  behavior: { annotations: { behavior: oldBehavior } },
  'behavior in small letters': { annotations: { behavior: { scaleUp: { policies: [policy('Pods', 1, 2)] } } } },
  'behavior of nothing': { annotations: { behavior: {} } },
  'behavior that is none': { annotations: { behavior: '[' } },
  'behavior that is bad': { annotations: { behavior: { ScaleUp: { Policies: [] } } } },
  'statuses and conditions': {
    annotations: {
      'current-metrics': [
        { type: 'Resource', resource: { name: 'cpu', currentAverageUtilization: 1, currentAverageValue: '2m' } },
      ],
      conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: null, reason: 'r', message: 'm' }],
    },
  },
};

const statuses: Readonly<Record<string, Fields>> = {
  nothing: {},
  'all that there is': {
    observedGeneration: 2,
    lastScaleTime: '2026-01-01T00:00:00Z',
    currentReplicas: 1,
    desiredReplicas: 2,
    currentMetrics: [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 9, averageValue: '90m' } } },
      { type: 'Resource', resource: { name: 'memory', current: { averageValue: '1Gi' } } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: 'app', current: { averageUtilization: 1 } },
      },
      { type: 'Pods', pods: { metric: { name: 'hits', selector }, current: { averageValue: '1' } } },
      {
        type: 'Object',
        object: { describedObject: ingress, metric: { name: 'rate' }, current: { averageValue: '1' } },
      },
      { type: 'External', external: { metric: { name: 'queue' }, current: { value: '1' } } },
      { type: '' },
    ],
    conditions: [
      { type: 'AbleToScale', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'r', message: 'm' },
      { type: 'ScalingActive', status: 'False' },
    ],
  },
  'no metrics': { currentReplicas: 1, desiredReplicas: 1, currentMetrics: null },
  'replicas below zero': { currentReplicas: -1, desiredReplicas: -2 },
};

const everyWay: readonly Call[] = [get(`${v2}/a`), get(`${v1}/a`), get(`${v2}/a`, { accept: table }), get(v1)];

function annotated({ annotations = {}, spec: ownSpec = spec }: Old): Fields {
  const entries = Object.entries(annotations).map(([name, value]) => [
    name === 'own' ? name : `${prefix}/${name}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return { metadata: { ...metadata, annotations: Object.fromEntries(entries) as Fields }, spec: ownSpec };
}

export const autoscaling: Family = {
  name: 'autoscaling',
  cases: [
    ...each('v2', specs, (one) => [post(v2, { metadata, spec: one }), ...everyWay]),
    ...each('v1', olds, (one) => [post(v1, annotated(one)), ...everyWay]),
    ...each('status of v2', statuses, (status) => [put(`${v2}/a/status`, { metadata, spec, status }), ...everyWay], [
      post(v2, { metadata, spec: { ...spec, metrics: [resource('cpu', utilization(50)), ...many] } }),
    ]),
    ...each(
      'status of v1',
      {
        nothing: {},
        'a utilization': { currentReplicas: 1, desiredReplicas: 2, currentCPUUtilizationPercentage: 40 },
      },
      (status) => [put(`${v1}/a/status`, { metadata, spec, status }), ...everyWay],
      [post(v2, { metadata, spec })],
    ),
    ...each(
      'changes',
      {
        'what v1 has, by v1': [
          patch('merge', `${v1}/a`, { spec: { targetCPUUtilizationPercentage: 20, maxReplicas: 9 } }),
        ],
        'what v1 has not, by v1': [
          patch('merge', `${v1}/a`, { metadata: { annotations: { [`${prefix}/metrics`]: null, other: 'x' } } }),
        ],
        'metrics, by strategic merge': [patch('strategic', `${v2}/a`, { spec: { metrics: [many[0] ?? null] } })],
        'a target whose version was bad stays': [
          patch('merge', `${v2}/a`, { spec: { maxReplicas: 8 } }),
          patch('merge', `${v2}/a`, { spec: { scaleTargetRef: { apiVersion: 'a/b/c' } } }),
        ],
        'to zero': [patch('merge', `${v2}/a`, { spec: { minReplicas: 0 } })],
        'what is read from v1 is written back': [
          get(`${v1}/a`, { keep: 'old' }),
          put(`${v1}/a`, {
            apiVersion: 'autoscaling/v1',
            kind: 'HorizontalPodAutoscaler',
            metadata: { name: 'a', annotations: { own: 'y' } },
            spec,
          }),
        ],
        'applied in both versions': [
          patch('apply', `${v2}/b?fieldManager=m`, {
            apiVersion: 'autoscaling/v2',
            kind: 'HorizontalPodAutoscaler',
            metadata: { name: 'b' },
            spec: { ...spec, metrics: [resource('cpu', utilization(50))] },
          }),
          patch('apply', `${v1}/b?fieldManager=other`, {
            apiVersion: 'autoscaling/v1',
            kind: 'HorizontalPodAutoscaler',
            metadata: { name: 'b' },
            spec: { ...spec, maxReplicas: 5, minReplicas: 2 },
          }),
          get(`${v2}/b`),
          get(`${v1}/b`),
        ],
      },
      (calls) => [...calls, ...everyWay],
      [
        post(v2, {
          metadata: { ...metadata, annotations: { own: 'x' } },
          spec: {
            ...spec,
            metrics: [resource('cpu', utilization(50)), ...many],
            behavior: { scaleUp: { selectPolicy: 'Min' } },
          },
        }),
      ],
    ),
  ],
};
