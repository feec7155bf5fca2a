/** What a round of the load creates in its namespace: something for each of upstream's controllers to do. */
import type { GroupVersionResource } from '../../src/api/gvk.ts';
import type { JsonObject } from '../../src/api/json.ts';
import type { KubeObject } from '../../src/api/object.ts';

export interface Workload {
  readonly gvr: GroupVersionResource;
  readonly object: KubeObject;
}

const resource = (group: string, plural: string, version = 'v1'): GroupVersionResource => ({
  group,
  version,
  resource: plural,
});

export const namespaces = resource('', 'namespaces');
export const deployments = resource('apps', 'deployments');
export const statefulSets = resource('apps', 'statefulsets');
export const daemonSets = resource('apps', 'daemonsets');
export const jobs = resource('batch', 'jobs');
export const pods = resource('', 'pods');

/** In the order in which they are created. */
export function workloads(): Workload[] {
  return [
    make(resource('', 'configmaps'), 'v1', 'ConfigMap', 'settings', { data: { a: '1' } }),
    make(resource('', 'secrets'), 'v1', 'Secret', 'keys', { stringData: { a: '1' } }),
    make(resource('', 'serviceaccounts'), 'v1', 'ServiceAccount', 'robot', {}),
    make(resource('', 'resourcequotas'), 'v1', 'ResourceQuota', 'quota', {
      spec: { hard: { pods: '100', secrets: '50' } },
    }),
    make(resource('', 'services'), 'v1', 'Service', 'web', {
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    }),
    make(resource('', 'services'), 'v1', 'Service', 'set', {
      spec: { clusterIP: 'None', selector: { app: 'set' }, ports: [{ port: 80 }] },
    }),
    make(resource('policy', 'poddisruptionbudgets'), 'policy/v1', 'PodDisruptionBudget', 'web', {
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    }),
    make(deployments, 'apps/v1', 'Deployment', 'web', {
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: template('web') },
    }),
    make(statefulSets, 'apps/v1', 'StatefulSet', 'set', {
      spec: { replicas: 2, serviceName: 'set', selector: { matchLabels: { app: 'set' } }, template: template('set') },
    }),
    make(daemonSets, 'apps/v1', 'DaemonSet', 'agent', {
      spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent') },
    }),
    make(resource('', 'replicationcontrollers'), 'v1', 'ReplicationController', 'old', {
      spec: { replicas: 1, selector: { app: 'old' }, template: template('old') },
    }),
    make(jobs, 'batch/v1', 'Job', 'job', {
      spec: {
        completions: 3,
        parallelism: 2,
        ttlSecondsAfterFinished: 20,
        template: template('job', { restartPolicy: 'Never' }),
      },
    }),
    make(resource('batch', 'cronjobs'), 'batch/v1', 'CronJob', 'cron', {
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: template('cron', { restartPolicy: 'Never' }) } },
      },
    }),
    make(
      resource('autoscaling', 'horizontalpodautoscalers', 'v2'),
      'autoscaling/v2',
      'HorizontalPodAutoscaler',
      'web',
      {
        spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
      },
    ),
  ];
}

function make(gvr: GroupVersionResource, apiVersion: string, kind: string, name: string, rest: JsonObject): Workload {
  return { gvr, object: { apiVersion, kind, metadata: { name }, ...rest } };
}

function template(app: string, spec: JsonObject = {}): JsonObject {
  return {
    metadata: { labels: { app } },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: 'main:1' }], ...spec },
  };
}
