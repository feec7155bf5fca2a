/**
 * What tenants make. Both tenants use the same names, some of them meant to collide on the host; what a tenant's object holds says `owner-a` or
 * `owner-b`, so that it is seen wherever it gets to.
 */
import type { JsonObject } from '../../src/api/json.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Choices } from './choices.ts';

export const tenantNamespaces = ['one', 'two', 'x-one', `n${'-long'.repeat(8)}`] as const;
export const podNames = ['web', 'web-x-one', 'one-x-web', `p${'-long'.repeat(10)}`] as const;
export const configNames = ['conf', 'conf-x-one', 'c.dotted.name'] as const;
export const serviceNames = ['svc', 'web', 'svc-x-one'] as const;

/** By which tenants choose nodes that they have so labelled themselves. */
export const colorLabel = 'tenant.example/color';

export const ownerMark = (tenant: string): string => `owner-${tenant}`;

export function podSpec(choose: Choices, tenant: string): JsonObject {
  const config = (): string => (choose.chance(0.5) ? configNames[0] : choose.of(configNames));
  const env = choose.some<JsonObject>(
    [
      { name: 'PLAIN', value: ownerMark(tenant) },
      { name: 'C', valueFrom: { configMapKeyRef: { name: config(), key: 'k', optional: true } } },
      { name: 'S', valueFrom: { secretKeyRef: { name: config(), key: 'k', optional: true } } },
      { name: 'NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
      { name: 'NS', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } } },
    ],
    0.3,
  );
  const envFrom = choose.some<JsonObject>(
    [{ configMapRef: { name: config(), optional: true } }, { secretRef: { name: config(), optional: true } }],
    0.3,
  );
  const volumes = choose
    .some<JsonObject>(
      [
        { name: 'c', configMap: { name: config(), optional: true } },
        { name: 's', secret: { secretName: config(), optional: true } },
        { name: 'p', projected: { sources: choose.some(projectedSources(config), 0.6) } },
        { name: 'e', emptyDir: {} },
      ],
      0.3,
    )
    .filter(({ projected }) => projected === undefined || JSON.stringify(projected) !== '{"sources":[]}');
  return {
    containers: [
      {
        name: 'main',
        image: `${ownerMark(tenant)}/app:${choose.number(3)}`,
        env,
        envFrom,
        ...(choose.chance(0.7) ? { resources: { requests: { cpu: '10m' } } } : {}),
      },
    ],
    volumes,
    ...(choose.chance(0.2) ? { initContainers: [{ name: 'init', image: `${ownerMark(tenant)}/init:1` }] } : {}),
    ...(choose.chance(0.2) ? { imagePullSecrets: [{ name: config() }] } : {}),
    ...(choose.chance(0.3) ? { affinity: affinity(choose) } : {}),
    ...(choose.chance(0.1) ? { nodeSelector: { [colorLabel]: 'blue' } } : {}),
    ...(choose.chance(0.2) ? { tolerations: [{ operator: 'Exists' }] } : {}),
    ...(choose.chance(0.3) ? { terminationGracePeriodSeconds: choose.number(4) } : {}),
    ...(choose.chance(0.2) ? { readinessGates: [{ conditionType: 'example.com/gate' }] } : {}),
  };
}

function projectedSources(config: () => string): JsonObject[] {
  return [
    { configMap: { name: config(), optional: true } },
    { secret: { name: config(), optional: true } },
    { serviceAccountToken: { path: 'other', audience: 'vault', expirationSeconds: 7200 } },
    { downwardAPI: { items: [{ path: 'uid', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.uid' } }] } },
  ];
}

function affinity(choose: Choices): JsonObject {
  const term = {
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchLabels: { app: choose.of(podNames) } },
    ...choose.of<JsonObject>([{}, { namespaces: ['one'] }, { namespaceSelector: {} }]),
  };
  return {
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] },
  };
}

export function labelsOf(choose: Choices, tenant: string): Record<string, string> {
  const labels: Record<string, string> = { app: choose.of(['web', 'db']), owner: ownerMark(tenant) };
  if (choose.chance(0.3)) labels['tier'] = choose.of(['front', 'back']);
  // A tenant who would like to be another.
  if (choose.chance(0.1)) labels['sublet.dev/tenant'] = choose.of(['a', 'b']);
  return labels;
}

export function barePod(choose: Choices, tenant: string, namespace: string, name: string): KubeObject {
  const job = choose.chance(0.2);
  const annotations: Record<string, string> = {};
  // One that starts over for ever would never be quiet.
  if (job) annotations['simulation.sublet.dev/run-for'] = choose.of(['1s', '20s']);
  if (choose.chance(0.2)) annotations['simulation.sublet.dev/exit-code'] = '1';
  if (choose.chance(0.1)) annotations['simulation.sublet.dev/waiting-reason'] = 'ImagePullBackOff';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: labelsOf(choose, tenant),
      annotations,
      ...(choose.chance(0.1) ? { finalizers: ['example.com/hold'] } : {}),
    },
    spec: {
      ...podSpec(choose, tenant),
      ...(job ? { restartPolicy: 'Never' } : {}),
      ...choose.weighted<JsonObject>([
        [8, {}],
        [1, { nodeName: choose.of(['node-1', 'nowhere']) }],
        [1, { schedulingGates: [{ name: 'example.com/wait' }] }],
      ]),
    },
  };
}

export function deployment(choose: Choices, tenant: string, namespace: string, name: string): KubeObject {
  const labels = { ...labelsOf(choose, tenant), app: name.slice(0, 40) };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas: choose.number(4),
      // None: pods that find no node would be waited for, and that is over at some hour.
      progressDeadlineSeconds: 2 ** 31 - 1,
      selector: { matchLabels: { app: labels.app } },
      template: { metadata: { labels }, spec: podSpec(choose, tenant) },
    },
  };
}

/** Mostly where a tenant's own label says. */
export function daemonSet(choose: Choices, tenant: string, namespace: string, name: string): KubeObject {
  const labels = { ...labelsOf(choose, tenant), app: name };
  const nodeSelector = choose.chance(0.5) ? { [colorLabel]: 'blue' } : {};
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels }, spec: { ...podSpec(choose, tenant), nodeSelector } },
    },
  };
}

export function configMap(choose: Choices, tenant: string, namespace: string, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: labelsOf(choose, tenant) },
    data: { k: `${ownerMark(tenant)} ${choose.number(1000)}` },
    ...(choose.chance(0.2) ? { immutable: true } : {}),
  };
}

export function secret(choose: Choices, tenant: string, namespace: string, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: labelsOf(choose, tenant) },
    type: choose.of(['Opaque', 'example.com/type']),
    stringData: { k: `${ownerMark(tenant)} ${choose.number(1000)}` },
    ...(choose.chance(0.2) ? { immutable: true } : {}),
  };
}

export function service(choose: Choices, tenant: string, namespace: string, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: labelsOf(choose, tenant) },
    spec: serviceSpec(choose, tenant),
  };
}

export function serviceSpec(choose: Choices, tenant: string): JsonObject {
  const selector = choose.chance(0.8) ? { selector: { app: choose.of(['web', 'db']), owner: ownerMark(tenant) } } : {};
  const ports = [{ name: 'http', port: 80 + choose.number(2), targetPort: 8080 }];
  if (choose.chance(0.3)) ports.push({ name: 'more', port: 443, targetPort: 8443 });
  return choose.of<JsonObject>([
    { ...selector, ports },
    { ...selector, ports, clusterIP: 'None' },
    { ...selector, ports, type: 'NodePort' },
    { ...selector, ports, type: 'LoadBalancer', ...(choose.chance(0.5) ? { externalTrafficPolicy: 'Local' } : {}) },
    { type: 'ExternalName', externalName: 'example.com' },
  ]);
}
