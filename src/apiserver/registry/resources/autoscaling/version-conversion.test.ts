import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../api/json.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { autoscalerFromV1, autoscalerToV1 } from './version-conversion.ts';

function autoscaler(version: string, spec: JsonObject, metadata: KubeObject['metadata'] = {}): KubeObject {
  return {
    apiVersion: `autoscaling/${version}`,
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' }, maxReplicas: 3, ...spec },
  };
}

const cpu = (averageUtilization: number): JsonObject => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const metrics: JsonObject[] = [
  { type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '5' } } },
  { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
  {
    type: 'Object',
    object: {
      describedObject: { kind: 'Ingress', name: 'i', apiVersion: 'networking.k8s.io/v1' },
      metric: { name: 'hits', selector: { matchLabels: { a: 'b' } } },
      target: { type: 'Value', value: '10' },
    },
  },
  {
    type: 'External',
    external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '30' } },
  },
  {
    type: 'ContainerResource',
    containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 50 } },
  },
];

suite('autoscalers between versions', () => {
  test('utilization of CPU is a field in v1', () => {
    const old = autoscalerToV1(autoscaler('v2', { metrics: [cpu(70)] }));
    assert.deepEqual(old, autoscaler('v1', { targetCPUUtilizationPercentage: 70 }));
  });

  test('v1 without a target has the default', () => {
    assert.deepEqual(autoscalerFromV1(autoscaler('v1', {})), autoscaler('v2', { metrics: [cpu(80)] }));
  });

  test('other metrics stand in an annotation of v1, and come back in front of CPU', () => {
    const stored = autoscaler('v2', { metrics: [...metrics, cpu(70)] }, { annotations: { own: 'x' } });
    const old = autoscalerToV1(stored);
    assert.deepEqual(Object.keys(old.metadata.annotations ?? {}), ['own', 'autoscaling.alpha.kubernetes.io/metrics']);
    assert.deepEqual(autoscalerFromV1(old), stored);
  });

  test('behavior, statuses and conditions survive the way through v1', () => {
    const policies = [{ type: 'Pods', value: 1, periodSeconds: 15 }];
    const behavior: JsonObject = {
      scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Min', policies, tolerance: '50m' },
      scaleDown: { stabilizationWindowSeconds: 5, selectPolicy: 'Max', policies },
    };
    const stored: KubeObject = {
      ...autoscaler('v2', { metrics: [cpu(70)], behavior }),
      status: {
        currentReplicas: 1,
        conditions: [{ type: 'ScalingActive', status: 'True' }],
        currentMetrics: [
          { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 9, averageValue: '1m' } } },
        ],
      },
    };
    const old = autoscalerToV1(stored);
    assert.deepEqual(old['status'], { currentReplicas: 1, currentCPUUtilizationPercentage: 9 });
    assert.deepEqual(autoscalerFromV1(old), stored);
  });

  test('behavior that v1 says in part is made whole, but for policies of rules that are there', () => {
    const read = (value: JsonObject): unknown => {
      const annotations = { 'autoscaling.alpha.kubernetes.io/behavior': JSON.stringify(value) };
      return (autoscalerFromV1(autoscaler('v1', {}, { annotations }))['spec'] as JsonObject)['behavior'];
    };
    const percent = { type: 'Percent', value: 100, periodSeconds: 15 };
    assert.deepEqual(read({ SCALEUP: { Policies: [] } }), {
      scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max' },
      scaleDown: { selectPolicy: 'Max', policies: [percent] },
    });
    const unreadable = [{}, { Odd: 1 }, { ScaleUp: 1 }, { ScaleUp: { Policies: [{ Value: 'many' }] } }];
    for (const value of [...unreadable, { ScaleUp: { Tolerance: 'some' } }]) assert.equal(read(value), undefined);
  });

  test('of metrics in an annotation, all are dropped when one can not be read', () => {
    const read = (...list: JsonObject[]): unknown => {
      const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': JSON.stringify(list) };
      return (autoscalerFromV1(autoscaler('v1', {}, { annotations }))['spec'] as JsonObject)['metrics'];
    };
    const old = (targetAverageValue: string | number) => ({
      type: 'Pods',
      pods: { metricName: 'm', targetAverageValue },
    });
    const fresh = { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1500m' } };
    assert.deepEqual(read(old('1.5')), [{ type: 'Pods', pods: fresh }]);
    assert.deepEqual(read(old('1.5'), old('many')), [cpu(80)]);
    assert.deepEqual(read({ type: 1 }), [cpu(80)]);
    assert.deepEqual(read({ type: 'Pods', pods: { metricName: 'm', selector: { matchLabels: { a: 1 } } } }), [cpu(80)]);
  });

  test('an annotation that is no JSON is dropped', () => {
    const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': '{', keep: 'x' };
    const fresh = autoscalerFromV1(autoscaler('v1', {}, { annotations }));
    assert.deepEqual(fresh, autoscaler('v2', { metrics: [cpu(80)] }, { annotations: { keep: 'x' } }));
  });
});
