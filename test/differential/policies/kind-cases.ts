/** Policies about several versions of a kind, deployments, and subresources. */
import { get, patch, post, type Json } from '../case.ts';
import { rule, validating, type PolicyCase } from './policy-case.ts';

const deployments = '/apis/apps/v1/namespaces/{ns}/deployments';

const deployment = (replicas: number): Json => ({
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '2' } } }] },
    },
  },
});

export const kindCases: readonly PolicyCase[] = [
  {
    name: 'several versions',
    policies: [
      validating({
        constraints: {
          resourceRules: [rule(['horizontalpodautoscalers'], { apiGroups: ['autoscaling'], apiVersions: ['v1'] })],
        },
        validations: [
          {
            expression: 'object.spec.targetCPUUtilizationPercentage < 50',
            messageExpression:
              "object.apiVersion + ' ' + request.kind.version + ' ' + request.requestKind.version + ' ' + request.resource.version + ' ' + request.requestResource.version",
          },
        ],
      }),
      validating({
        constraints: {
          matchPolicy: 'Exact',
          resourceRules: [rule(['horizontalpodautoscalers'], { apiGroups: ['autoscaling'], apiVersions: ['v2'] })],
        },
        validations: [{ expression: "object.metadata.name != 'exact'" }],
      }),
    ],
    calls: ['a', 'exact'].flatMap((name) => [
      post('/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers', {
        metadata: { name },
        spec: {
          maxReplicas: 3,
          scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: name === 'a' ? 70 : 20 } },
            },
          ],
        },
      }),
      post('/apis/autoscaling/v1/namespaces/{ns}/horizontalpodautoscalers', {
        metadata: { name },
        spec: {
          maxReplicas: 3,
          scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
          targetCPUUtilizationPercentage: name === 'a' ? 60 : 30,
        },
      }),
    ]),
  },
  {
    name: 'deployments',
    policies: [
      validating({
        constraints: { resourceRules: [rule(['deployments'], { apiGroups: ['apps'], apiVersions: ['v1'] })] },
        variables: [
          { name: 'containers', expression: 'object.spec.template.spec.containers' },
          { name: 'cpu', expression: "variables.containers.map(c, c.resources.requests['cpu'])" },
        ],
        validations: [
          { expression: 'object.spec.replicas > 1', messageExpression: "'only ' + string(object.spec.replicas)" },
          { expression: "variables.cpu.all(c, quantity(c).isLessThan(quantity('1')))", message: 'too much' },
          { expression: "object.spec.strategy.type == 'RollingUpdate' && object.spec.progressDeadlineSeconds == 600" },
          { expression: "variables.containers[0].imagePullPolicy == 'IfNotPresent'" },
          { expression: 'has(object.status)' },
          { expression: 'has(object.spec.template.metadata.creationTimestamp)' },
          {
            expression:
              'object.metadata.generation == 1 && has(object.metadata.uid) && has(object.metadata.creationTimestamp)',
          },
        ],
      }),
    ],
    calls: [post(deployments, deployment(1)), post(deployments, deployment(2))],
  },
  {
    name: 'subresources of pods',
    policies: [
      validating({
        constraints: {
          resourceRules: [rule(['pods/binding', 'pods/eviction', 'pods/status', 'serviceaccounts/token'])],
        },
        validations: [
          {
            expression: 'false',
            messageExpression:
              "request.subResource + ' ' + object.kind + ' ' + object.apiVersion + ' ' + request.operation",
          },
        ],
      }),
    ],
    given: [
      post('/api/v1/namespaces/{ns}/pods', {
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'web', image: 'web:1' }] },
      }),
    ],
    calls: [
      post('/api/v1/namespaces/{ns}/pods/web/binding', { metadata: { name: 'web' }, target: { name: 'node' } }),
      post('/api/v1/namespaces/{ns}/pods/web/eviction', { metadata: { name: 'web' } }),
      patch('merge', '/api/v1/namespaces/{ns}/pods/web/status', { status: { phase: 'Running' } }),
      post('/api/v1/namespaces/{ns}/serviceaccounts/default/token', { spec: {} }),
    ],
  },
  {
    name: 'limits of a scale',
    policies: [
      validating({
        constraints: { resourceRules: [rule(['deployments', 'deployments/scale'])] },
        validations: [
          {
            expression: 'object.spec.replicas <= 5',
            messageExpression: "object.kind + ' ' + string(object.spec.replicas)",
          },
          { expression: 'oldObject == null || oldObject.kind == object.kind' },
        ],
      }),
    ],
    calls: [
      post(deployments, deployment(2)),
      patch('merge', `${deployments}/web/scale`, { spec: { replicas: 6 } }),
      patch('merge', `${deployments}/web/scale`, { spec: { replicas: 3 } }),
      patch('merge', `${deployments}/web/scale`, { spec: { replicas: 4 } }),
      get(`${deployments}/web/scale`),
    ],
  },
];
