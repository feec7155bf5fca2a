/**
 * Parts of objects from a seed, out of small vocabularies, so that managers meet at the same fields: lists with keys, sets, maps, what is
 * atomic, keys with defaults. Mostly valid; what isn't must be refused alike.
 */
import type { Json } from '../case.ts';
import type { Choices } from '../../simulation/choices.ts';

export type Fields = { [key: string]: Json };

export interface Kind {
  readonly name: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Below the namespace. */
  readonly path: string;
  /** Other versions in which it is served. */
  readonly otherVersions?: readonly { readonly apiVersion: string; readonly path: string }[];
  readonly subresources: readonly string[];
  readonly isCustom?: boolean;
  /** Some fields besides metadata and status; `whole`: what a create needs as well. */
  fields(choices: Choices, whole: boolean, apiVersion: string): Fields;
  status?(choices: Choices): Fields;
}

const texts = ['1', '2', '3'];

/** Some of the keys, with values. */
function map(choices: Choices, keys: readonly string[], values: readonly Json[] = texts): Fields {
  return Object.fromEntries(choices.some(keys, 0.5).map((key) => [key, choices.of(values)]));
}

/** In any order. */
function shuffled<T>(choices: Choices, list: readonly T[]): T[] {
  return list
    .map((item) => [choices.random.next(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

function maybe(choices: Choices, share: number, fields: () => Fields): Fields {
  return choices.chance(share) ? fields() : {};
}

export function metadata(choices: Choices): Fields {
  return {
    ...maybe(choices, 0.5, () => ({ labels: map(choices, ['a', 'b', 'c']) })),
    ...maybe(choices, 0.4, () => ({ annotations: map(choices, ['example.com/a', 'b', 'c.d']) })),
    ...maybe(choices, 0.2, () => ({
      finalizers: shuffled(choices, choices.some(['example.com/a', 'example.com/b', 'example.com/c'], 0.5)),
    })),
    ...maybe(choices, 0.15, () => ({
      ownerReferences: choices.some(['o1', 'o2'], 0.6).map((uid) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: uid,
        uid,
        ...maybe(choices, 0.3, () => ({ blockOwnerDeletion: choices.chance(0.5) })),
      })),
    })),
  };
}

function container(choices: Choices, name: string): Fields {
  return {
    name,
    ...maybe(choices, 0.8, () => ({ image: choices.of(['i:1', 'i:2']) })),
    ...maybe(choices, 0.4, () => ({ env: environment(choices) })),
    ...maybe(choices, 0.4, () => ({ ports: containerPorts(choices) })),
    ...maybe(choices, 0.2, () => ({ args: choices.some(['x', 'y', 'z'], 0.6) })),
    ...maybe(choices, 0.2, () => ({
      resources: {
        ...maybe(choices, 0.6, () => ({
          limits: { ...map(choices, ['cpu'], ['1', '1000m', '0.5']), ...map(choices, ['memory'], ['1Gi', '1024Mi']) },
        })),
        ...maybe(choices, 0.4, () => ({ requests: map(choices, ['cpu'], ['100m', '0.1', '200m']) })),
      },
    })),
    ...maybe(choices, 0.15, () => ({
      securityContext: map(choices, ['privileged', 'readOnlyRootFilesystem'], [false]),
    })),
    ...maybe(choices, 0.15, () => ({
      volumeMounts: choices.some(['/a', '/b'], 0.6).map((mountPath) => ({ mountPath, name: choices.of(['v', 'w']) })),
    })),
    ...maybe(choices, 0.1, () => ({
      livenessProbe: { httpGet: { path: choices.of(['/x', '/y']), port: choices.of([80, 'http']) } },
    })),
    ...maybe(choices, 0.1, () => ({ imagePullPolicy: choices.of(['Always', 'Never']) })),
  };
}

function environment(choices: Choices): Json[] {
  const names = shuffled(choices, choices.some(['A', 'B', 'C'], 0.6));
  // Twice the same name may stand there, but not in what is applied.
  const repeated = choices.chance(0.08) ? [...names, ...names.slice(0, 1)] : names;
  return repeated.map((name) => ({
    name,
    ...(choices.chance(0.8)
      ? { value: choices.of(texts) }
      : { valueFrom: { fieldRef: { fieldPath: choices.of(['metadata.name', 'metadata.uid']) } } }),
  }));
}

function containerPorts(choices: Choices): Json[] {
  const ports = choices.some([80, 81], 0.7).flatMap((containerPort) =>
    choices.some(['TCP', 'UDP', ''], 0.4).map((protocol) => ({
      containerPort,
      ...(protocol === '' ? {} : { protocol }),
      ...maybe(choices, 0.3, () => ({ name: `p${containerPort}${protocol.toLowerCase()}` })),
    })),
  );
  return shuffled(choices, ports);
}

function podSpec(choices: Choices, whole: boolean): Fields {
  const names = whole ? ['c1', ...choices.some(['c2', 'c3'], 0.4)] : choices.some(['c1', 'c2', 'c3'], 0.4);
  const containers = shuffled(choices, names).map((name) => ({
    ...(whole ? { image: 'i:1' } : {}),
    ...container(choices, name),
  }));
  return {
    ...(whole || containers.length > 0 ? { containers } : {}),
    ...maybe(choices, 0.2, () => ({ nodeSelector: map(choices, ['a', 'b']) })),
    ...maybe(choices, 0.2, () => ({
      tolerations: choices.some(['t', 'u'], 0.6).map((key) => ({ key, operator: 'Exists' })),
    })),
    ...maybe(choices, whole ? 0.9 : 0.3, () => ({
      volumes: choices.some(['v', 'w'], whole ? 1 : 0.6).map((name) => ({
        name,
        ...choices.of<Fields>([{ emptyDir: {} }, { configMap: { name: 'x' } }, { emptyDir: { medium: 'Memory' } }]),
      })),
    })),
    ...maybe(choices, 0.15, () => ({ securityContext: map(choices, ['runAsUser', 'fsGroup'], [1, 2]) })),
    ...maybe(choices, 0.15, () => ({ serviceAccountName: choices.of(['default', 'other']) })),
    ...maybe(choices, 0.15, () => ({ terminationGracePeriodSeconds: choices.of([5, 10]) })),
    ...maybe(choices, 0.1, () => ({ hostAliases: [{ ip: choices.of(['10.1.1.1', '10.1.1.2']), hostnames: ['x'] }] })),
    ...maybe(choices, 0.15, () => ({
      topologySpreadConstraints: choices.some(['zone', 'host'], 0.6).map((topologyKey) => ({
        topologyKey,
        whenUnsatisfiable: choices.of(['DoNotSchedule', 'ScheduleAnyway']),
        maxSkew: choices.of([1, 2]),
      })),
    })),
    ...maybe(choices, 0.1, () => ({ imagePullSecrets: choices.some(['s', 't'], 0.6).map((name) => ({ name })) })),
  };
}

function condition(choices: Choices, type: string, more: Fields): Fields {
  return {
    type,
    status: choices.of(['True', 'False']),
    ...maybe(choices, 0.5, () => ({ reason: choices.of(['R', 'S']) })),
    ...more,
  };
}

const configMaps: Kind = {
  name: 'config maps',
  apiVersion: 'v1',
  kind: 'ConfigMap',
  path: 'configmaps',
  subresources: [],
  fields: (choices) => ({
    ...maybe(choices, 0.8, () => ({ data: map(choices, ['a', 'b', 'c', 'd.e']) })),
    ...maybe(choices, 0.2, () => ({ binaryData: map(choices, ['x', 'y'], ['AA==', 'AQ==']) })),
    ...maybe(choices, 0.03, () => ({ immutable: false })),
  }),
};

const secrets: Kind = {
  name: 'secrets',
  apiVersion: 'v1',
  kind: 'Secret',
  path: 'secrets',
  subresources: [],
  fields: (choices) => ({
    ...maybe(choices, 0.7, () => ({ data: map(choices, ['a', 'b', 'c'], ['AA==', 'AQ==']) })),
    ...maybe(choices, 0.4, () => ({ stringData: map(choices, ['a', 'b', 'c']) })),
  }),
};

const services: Kind = {
  name: 'services',
  apiVersion: 'v1',
  kind: 'Service',
  path: 'services',
  subresources: ['status'],
  fields: (choices, whole) => ({
    spec: {
      ...(whole || choices.chance(0.7) ? { ports: servicePorts(choices, whole) } : {}),
      ...maybe(choices, 0.4, () => ({ selector: map(choices, ['a', 'b']) })),
      ...maybe(choices, 0.2, () => ({ externalIPs: choices.some(['10.2.2.1', '10.2.2.2'], 0.6) })),
      ...maybe(choices, 0.15, () => ({ sessionAffinity: choices.of(['None', 'ClientIP']) })),
      ...maybe(choices, 0.1, () => ({ internalTrafficPolicy: choices.of(['Cluster', 'Local']) })),
    },
  }),
  status: (choices) => ({
    ...maybe(choices, 0.6, () => ({
      conditions: choices.some(['A', 'B'], 0.6).map((type) => ({
        ...condition(choices, type, { message: '', reason: 'R' }),
        lastTransitionTime: '2020-01-01T00:00:00Z',
      })),
    })),
  }),
};

function servicePorts(choices: Choices, whole: boolean): Json[] {
  const numbers = choices.some([80, 81], 0.7);
  const ports = (whole && numbers.length === 0 ? [80] : numbers).flatMap((port) =>
    choices.some(['TCP', 'UDP', ''], whole ? 0.6 : 0.4).map((protocol) => ({
      port,
      ...(protocol === '' ? {} : { protocol }),
      ...maybe(choices, 0.9, () => ({ name: `p${port}${protocol.toLowerCase()}` })),
      ...maybe(choices, 0.3, () => ({ targetPort: choices.of([8080, 'http']) })),
    })),
  );
  return whole && ports.length === 0 ? [{ port: 80, name: 'p80' }] : shuffled(choices, ports);
}

const deployments: Kind = {
  name: 'deployments',
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  path: 'deployments',
  subresources: ['status', 'scale'],
  fields: (choices, whole) => ({
    spec: {
      ...(whole || choices.chance(0.3) ? { selector: { matchLabels: { app: 'x' } } } : {}),
      ...maybe(choices, 0.4, () => ({ replicas: choices.of([0, 1, 2, 3]) })),
      ...maybe(choices, 0.2, () => ({ minReadySeconds: choices.of([0, 1, 2]) })),
      ...maybe(choices, 0.15, () => ({ paused: choices.chance(0.5) })),
      ...maybe(choices, 0.2, () => ({
        strategy: choices.of<Fields>([
          { type: 'Recreate' },
          { type: 'RollingUpdate', rollingUpdate: { maxSurge: choices.of([1, '50%']) } },
          { rollingUpdate: { maxUnavailable: choices.of([1, '25%']) } },
        ]),
      })),
      ...(whole || choices.chance(0.7)
        ? {
            template: {
              ...(whole || choices.chance(0.3)
                ? { metadata: { labels: { app: 'x', ...map(choices, ['a', 'b']) } } }
                : maybe(choices, 0.3, () => ({ metadata: { annotations: map(choices, ['m', 'n']) } }))),
              spec: podSpec(choices, whole),
            },
          }
        : {}),
    },
  }),
  status: (choices) => ({
    ...maybe(choices, 0.5, () => ({ replicas: choices.of([1, 2]) })),
    ...maybe(choices, 0.3, () => ({ observedGeneration: choices.of([1, 2]) })),
    ...maybe(choices, 0.7, () => ({
      conditions: shuffled(choices, choices.some(['A', 'B', 'C'], 0.6)).map((type) => condition(choices, type, {})),
    })),
  }),
};

const pods: Kind = {
  name: 'pods',
  apiVersion: 'v1',
  kind: 'Pod',
  path: 'pods',
  subresources: ['status', 'ephemeralcontainers'],
  fields: (choices, whole) => {
    if (whole) return { spec: { ...podSpec(choices, true), serviceAccountName: 'default' } };
    // Little of a pod may change.
    return choices.chance(0.2)
      ? { spec: podSpec(choices, false) }
      : maybe(choices, 0.6, () => ({ spec: { containers: [{ name: 'c1', image: choices.of(['i:1', 'i:2']) }] } }));
  },
  status: (choices) => ({
    ...maybe(choices, 0.4, () => ({ phase: choices.of(['Pending', 'Running']) })),
    ...maybe(choices, 0.3, () => ({ podIP: choices.of(['10.4.4.1', '10.4.4.2']) })),
    ...maybe(choices, 0.7, () => ({
      conditions: shuffled(choices, choices.some(['A', 'Ready', 'C'], 0.6)).map((type) => condition(choices, type, {})),
    })),
    ...maybe(choices, 0.2, () => ({ message: choices.of(texts) })),
  }),
};

const autoscalers: Kind = {
  name: 'autoscalers',
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  path: 'horizontalpodautoscalers',
  otherVersions: [{ apiVersion: 'autoscaling/v1', path: 'horizontalpodautoscalers' }],
  subresources: ['status'],
  fields: (choices, whole, apiVersion) => ({
    spec: {
      ...(whole || choices.chance(0.3)
        ? { scaleTargetRef: { kind: 'Deployment', name: choices.of(['d', 'e']), apiVersion: 'apps/v1' } }
        : {}),
      ...(whole || choices.chance(0.4) ? { maxReplicas: choices.of([3, 4, 5]) } : {}),
      ...maybe(choices, 0.3, () => ({ minReplicas: choices.of([1, 2]) })),
      ...maybe(choices, 0.5, () =>
        apiVersion.endsWith('v1')
          ? { targetCPUUtilizationPercentage: choices.of([50, 60]) }
          : {
              metrics: choices.some(['cpu', 'memory'], 0.6).map((name) => ({
                type: 'Resource',
                resource: { name, target: { type: 'Utilization', averageUtilization: choices.of([50, 60]) } },
              })),
            },
      ),
    },
  }),
};

const daemonSets: Kind = {
  name: 'daemon sets',
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  path: 'daemonsets',
  subresources: ['status'],
  fields: (choices, whole) => ({
    spec: {
      ...(whole ? { selector: { matchLabels: { app: 'x' } } } : {}),
      ...maybe(choices, 0.3, () => ({ minReadySeconds: choices.of([0, 1, 2]) })),
      template: {
        ...(whole ? { metadata: { labels: { app: 'x' } } } : {}),
        spec: podSpec(choices, whole),
      },
    },
  }),
};

export const builtinKinds: readonly Kind[] = [
  configMaps,
  secrets,
  services,
  deployments,
  pods,
  autoscalers,
  daemonSets,
];
