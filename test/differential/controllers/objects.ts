/** Objects that scenarios begin with. */
import type { JsonObject } from '../../../src/api/json.ts';
import type { KubeObject } from '../../../src/api/object.ts';

/** What simulated pods do, as src/host/simulation/script.ts reads it: `{ 'exit-code': '1' }`. */
export type Script = Readonly<Record<string, string>>;

export function object(apiVersion: string, kind: string, name: string, rest: JsonObject = {}): KubeObject {
  const { metadata = {}, ...others } = rest as { metadata?: JsonObject };
  return { apiVersion, kind, metadata: { name, ...metadata }, ...others };
}

export function scripted(script: Script): Record<string, string> {
  return Object.fromEntries(Object.entries(script).map(([name, value]) => [`simulation.sublet.dev/${name}`, value]));
}

/** Of pods with the label `app`. */
export function template(app: string, script: Script = {}, spec: JsonObject = {}, image = 'main:1'): JsonObject {
  return {
    metadata: { labels: { app }, annotations: scripted(script) },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image }], ...spec },
  };
}

export interface WorkloadOptions {
  readonly script?: Script;
  readonly podSpec?: JsonObject;
  readonly image?: string;
}

function workload(
  apiVersion: string,
  kind: string,
  name: string,
  spec: JsonObject,
  { script, podSpec, image }: WorkloadOptions,
): KubeObject {
  const selector = { matchLabels: { app: name } };
  return object(apiVersion, kind, name, {
    spec: { selector, template: template(name, script, podSpec, image), ...spec },
  });
}

export const deployment = (name: string, spec: JsonObject, options: WorkloadOptions = {}): KubeObject =>
  workload('apps/v1', 'Deployment', name, spec, options);

export function replicaSet(name: string, spec: JsonObject, options: WorkloadOptions = {}): KubeObject {
  const set = workload('apps/v1', 'ReplicaSet', name, spec, options);
  return { ...set, metadata: { name, labels: { app: name } } };
}

export const daemonSet = (name: string, spec: JsonObject, options: WorkloadOptions = {}): KubeObject =>
  workload('apps/v1', 'DaemonSet', name, spec, options);

export const statefulSet = (name: string, spec: JsonObject, options: WorkloadOptions = {}): KubeObject =>
  workload('apps/v1', 'StatefulSet', name, { serviceName: name, ...spec }, options);

export const replicationController = (name: string, spec: JsonObject, options: WorkloadOptions = {}): KubeObject =>
  object('v1', 'ReplicationController', name, {
    spec: {
      selector: { app: name },
      template: template(name, options.script, options.podSpec, options.image),
      ...spec,
    },
  });

export function job(name: string, spec: JsonObject, { script, podSpec, image }: WorkloadOptions = {}): KubeObject {
  const pods = template(name, { 'run-for': '0s', ...script }, { restartPolicy: 'Never', ...podSpec }, image);
  return object('batch/v1', 'Job', name, { spec: { template: pods, ...spec } });
}

export function pod(
  name: string,
  labels: Record<string, string>,
  script: Script = {},
  spec: JsonObject = {},
): KubeObject {
  return object('v1', 'Pod', name, {
    metadata: { labels, annotations: scripted(script) },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'main:1' }], ...spec },
  });
}

export const service = (name: string, spec: JsonObject): KubeObject => object('v1', 'Service', name, { spec });

export const image = (image: string): JsonObject => ({
  spec: { template: { spec: { containers: [{ name: 'main', image }] } } },
});

/** A pod's spec with something of much that there is: names by hash are made of all of it. */
export const richPodSpec: JsonObject = {
  initContainers: [
    { name: 'first', image: 'first:1', command: ['true'], env: [{ name: 'A', value: '<&>' }] },
    { name: 'beside', image: 'beside:1', restartPolicy: 'Always' },
  ],
  containers: [
    {
      name: 'main',
      image: 'main:1',
      args: ['serve', '--name=\u00e4'],
      ports: [{ name: 'http', containerPort: 8080 }],
      env: [
        { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'a', optional: true } } },
      ],
      envFrom: [{ configMapRef: { name: 'settings', optional: true } }],
      resources: { requests: { cpu: '0.1', memory: '64Mi' }, limits: { cpu: '1', memory: '1Gi' } },
      volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
      livenessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 7 },
      readinessProbe: { tcpSocket: { port: 8080 } },
      lifecycle: { preStop: { exec: { command: ['sleep', '1'] } } },
      securityContext: { runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
    },
  ],
  volumes: [
    { name: 'scratch', emptyDir: { sizeLimit: '1.5Gi' } },
    {
      name: 'all',
      projected: { sources: [{ downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } }] },
    },
  ],
  securityContext: { fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }],
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 1,
          preference: { matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }] },
        },
      ],
    },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { app: 'web' } },
    },
  ],
};
