import type { JsonObject } from '../../../../src/api/json.ts';
import { deployment, object, pod, service } from '../objects.ts';
import type { Scenario, Stage } from '../scenario.ts';

const quota = (name: string, spec: JsonObject) => object('v1', 'ResourceQuota', name, { spec });

const resources = (requests: JsonObject, limits: JsonObject = {}) => ({
  containers: [{ name: 'main', image: 'main:1', resources: { requests, limits } }],
});

const counted = (stage: Stage, name: string, field: string, value: string) =>
  stage.untilField('ResourceQuota', name, `status.used.${field}`, value);

const refused = async (stage: Stage, name: string, writing: Promise<unknown>): Promise<void> => {
  const answer = await writing.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  await stage.create(object('v1', 'ConfigMap', `answer-${name}`, { data: { answer } }));
};

export const quotas: readonly Scenario[] = [
  {
    name: 'quota: counts what is there already',
    async run(stage) {
      await stage.create(service('one', { ports: [{ port: 80 }] }));
      await stage.create(pod('a', {}, {}, resources({ cpu: '100m', memory: '1Gi' }, { cpu: '200m', memory: '2Gi' })));
      await stage.create(pod('b', {}, {}, resources({ cpu: '150m' })));
      await stage.create(
        quota('all', {
          hard: {
            pods: '10',
            services: '5',
            configmaps: '10',
            secrets: '10',
            'requests.cpu': '2',
            'limits.cpu': '4',
            'requests.memory': '10Gi',
            'limits.memory': '20Gi',
            'count/configmaps': '10',
          },
        }),
      );
      await counted(stage, 'all', 'pods', '2');
    },
  },
  {
    name: 'quota: counts objects of many kinds',
    async run(stage) {
      await stage.create(
        quota('all', {
          hard: {
            'count/deployments.apps': '5',
            'count/replicasets.apps': '5',
            'count/jobs.batch': '5',
            'count/services': '5',
            'services.nodeports': '5',
            'services.loadbalancers': '5',
            persistentvolumeclaims: '5',
            'requests.storage': '100Gi',
            replicationcontrollers: '1',
            resourcequotas: '2',
          },
        }),
      );
      await stage.untilField('ResourceQuota', 'all', 'status.hard.persistentvolumeclaims', '5');
      await stage.create(deployment('web', { replicas: 1 }));
      const two = [
        { name: 'a', port: 80 },
        { name: 'b', port: 81 },
      ];
      await stage.create(service('balanced', { type: 'LoadBalancer', ports: two }));
      await stage.create(service('ported', { type: 'NodePort', ports: [{ port: 80 }] }));
      await stage.create(
        object('v1', 'PersistentVolumeClaim', 'claim', {
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '3Gi' } } },
        }),
      );
      await stage.untilField('Deployment', 'web', 'status.availableReplicas', 1);
      await counted(stage, 'all', 'persistentvolumeclaims', '1');
    },
  },
  {
    name: 'quota: what is deleted is given back',
    async run(stage) {
      await stage.create(quota('few', { hard: { pods: '3', configmaps: '4' } }));
      await counted(stage, 'few', 'pods', '0');
      for (const name of ['a', 'b']) await stage.create(pod(name, {}));
      await counted(stage, 'few', 'pods', '2');
      await stage.remove('Pod', 'a');
      await stage.create(object('v1', 'ConfigMap', 'x'));
      await counted(stage, 'few', 'configmaps', '2');
      await stage.remove('ConfigMap', 'x');
      await counted(stage, 'few', 'pods', '1');
      await counted(stage, 'few', 'configmaps', '1');
    },
  },
  {
    name: 'quota: pods that have ended count no more',
    async run(stage) {
      await stage.create(quota('few', { hard: { pods: '3', 'count/pods': '3', 'requests.cpu': '1' } }));
      await counted(stage, 'few', 'pods', '0');
      await stage.create(pod('a', {}, { 'run-for': '0s' }, { restartPolicy: 'Never', ...resources({ cpu: '100m' }) }));
      await stage.untilField('Pod', 'a', 'status.phase', 'Succeeded');
      await counted(stage, 'few', 'pods', '0');
    },
  },
  {
    name: 'quota: scopes',
    async run(stage) {
      for (const [name, scopes] of Object.entries({
        best: ['BestEffort'],
        other: ['NotBestEffort'],
        ends: ['Terminating'],
        stays: ['NotTerminating'],
      })) {
        await stage.create(quota(name, { hard: { pods: '5' }, scopes }));
        await counted(stage, name, 'pods', '0');
      }
      await stage.create(pod('a', {}));
      await stage.create(pod('b', {}, {}, resources({ cpu: '100m' })));
      await stage.create(pod('c', {}, { 'run-for': '1h' }, { activeDeadlineSeconds: 3000 }));
      await counted(stage, 'stays', 'pods', '2');
      await counted(stage, 'ends', 'pods', '1');
    },
  },
  {
    name: 'quota: of a priority',
    async run(stage) {
      const selector = (operator: string, values?: readonly string[]) => ({
        scopeSelector: {
          matchExpressions: [{ scopeName: 'PriorityClass', operator, ...(values ? { values: [...values] } : {}) }],
        },
      });
      await stage.create(quota('any', { hard: { pods: '5' }, ...selector('Exists') }));
      await stage.create(quota('none', { hard: { pods: '5' }, ...selector('NotIn', ['system-node-critical']) }));
      await counted(stage, 'any', 'pods', '0');
      await counted(stage, 'none', 'pods', '0');
      await stage.create(pod('a', {}));
      await stage.create(pod('b', {}, {}, { priorityClassName: 'system-cluster-critical' }));
      await counted(stage, 'any', 'pods', '1');
    },
  },
  {
    name: 'quota: is changed',
    async run(stage) {
      await stage.create(quota('few', { hard: { pods: '3' } }));
      await counted(stage, 'few', 'pods', '0');
      await stage.create(pod('a', {}));
      await stage.patch('ResourceQuota', 'few', { spec: { hard: { pods: '1', services: '2' } } });
      await stage.untilField('ResourceQuota', 'few', 'status.hard.services', '2');
      await refused(stage, 'pod', stage.create(pod('b', {})));
      await stage.create(service('one', { ports: [{ port: 80 }] }));
    },
  },
  {
    name: 'quota: of resources that a pod must name',
    async run(stage) {
      await stage.create(quota('few', { hard: { 'limits.memory': '1Gi', 'requests.cpu': '1' } }));
      await stage.untilField('ResourceQuota', 'few', 'status.hard', { 'limits.memory': '1Gi', 'requests.cpu': '1' });
      await refused(stage, 'without', stage.create(pod('a', {})));
      await refused(stage, 'too-much', stage.create(pod('b', {}, {}, resources({ cpu: '2' }, { memory: '2Gi' }))));
      await stage.create(pod('c', {}, {}, resources({ cpu: '500m' }, { memory: '512Mi' })));
      await stage.untilPods(1);
    },
  },
];
