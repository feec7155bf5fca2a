/** Deployments, ReplicaSets, ReplicationControllers. */
import type { JsonObject } from '../../../../src/api/json.ts';
import { deployments, replicaSets, replicationControllers } from '../../../../src/controllers/resources.ts';
import type { Choices } from '../../choices.ts';
import {
  anImage,
  apps,
  change,
  creation,
  deletion,
  nothing,
  oneOf,
  podTemplate,
  resourceOf,
  type Maker,
} from './operation.ts';

export const deploymentOperation: Maker = (choose, world, namespace) => {
  const name = choose.of(apps);
  const resource = resourceOf(world, deployments, namespace);
  const labels = { app: name };
  const spec = {
    replicas: choose.number(6),
    selector: { matchLabels: labels },
    template: podTemplate(choose, labels),
    strategy: aStrategy(choose),
    ...(choose.chance(0.3) ? { minReadySeconds: choose.number(8) } : {}),
    ...(choose.chance(0.5) ? { revisionHistoryLimit: choose.number(3) } : {}),
    ...(choose.chance(0.3) ? { progressDeadlineSeconds: 20 + choose.number(60) } : {}),
  };
  const metadata = { name, namespace, labels };
  const container = { name: 'main', image: anImage(choose) };
  const later = choose.weighted<JsonObject>([
    [4, { replicas: choose.number(7) }],
    [4, { template: { spec: { containers: [container] } } }],
    [2, { replicas: choose.number(7), template: { spec: { containers: [container] } } }],
    [1, { strategy: { ...aStrategy(choose), ...(choose.chance(0.5) ? {} : { rollingUpdate: null }) } }],
    [2, { paused: choose.chance(0.4) }],
    [1, { minReadySeconds: choose.number(6) }],
    [0.5, { template: { metadata: { labels: { tier: choose.of(['front', 'back', null]) } } } }],
    [0.5, { revisionHistoryLimit: choose.number(2) }],
  ]);
  if (!world.truth.get('deployments', namespace, name)) {
    return creation(resource, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
  }
  return choose.weighted([
    [10, change(resource, 'deployment', name, { spec: later })],
    [1, deletion(choose, resource, 'deployment', name)],
  ]);
};

function aStrategy(choose: Choices): JsonObject {
  if (choose.chance(0.2)) return { type: 'Recreate', rollingUpdate: null };
  const [maxSurge, maxUnavailable] = choose.of<readonly [number | string, number | string]>([
    [1, 0],
    [0, 1],
    ['25%', '25%'],
    [2, 2],
    ['50%', 0],
    ['100%', '100%'],
  ]);
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
}

/** What the Deployment's controller made, changed by hand. */
export const handOnSet: Maker = (choose, world, namespace) => {
  const set = oneOf(choose, world, 'replicasets', namespace);
  if (!set) return nothing;
  const { name = '' } = set.metadata;
  const resource = resourceOf(world, replicaSets, namespace);
  return choose.weighted([
    [2, change(resource, 'replicaset', name, { spec: { replicas: choose.number(6) } })],
    [1, deletion(choose, resource, 'replicaset', name)],
    [1, change(resource, 'replicaset', name, { metadata: { ownerReferences: null } })],
    [1, change(resource, 'replicaset', name, { metadata: { annotations: { 'example.com/by': 'hand' } } })],
    [0.5, change(resource, 'replicaset', name, { metadata: { labels: { app: choose.of(['web', 'other']) } } })],
  ]);
};

/** On their own: their pods' labels are also looked for by others of the same name. */
export const plainSetOperation: Maker = (choose, world, namespace) => {
  const old = choose.chance(0.4);
  const name = choose.of(['plain', 'solo']);
  const [plural, kind] = old
    ? (['replicationcontrollers', 'ReplicationController'] as const)
    : (['replicasets', 'ReplicaSet'] as const);
  const resource = resourceOf(world, old ? replicationControllers : replicaSets, namespace);
  const labels = { set: `${name}-${old ? 'rc' : 'rs'}` };
  const minReady = choose.chance(0.3) ? { minReadySeconds: choose.number(8) } : {};
  const spec = {
    replicas: choose.number(5),
    selector: old ? labels : { matchLabels: labels },
    template: podTemplate(choose, labels),
    ...minReady,
  };
  if (!world.truth.get(plural, namespace, name)) {
    const apiVersion = old ? 'v1' : 'apps/v1';
    return creation(resource, { apiVersion, kind, metadata: { name, namespace, labels }, spec });
  }
  return choose.weighted([
    [4, change(resource, plural, name, { spec: { replicas: choose.number(6) } })],
    [1, change(resource, plural, name, { spec: { minReadySeconds: choose.number(5) } })],
    [1.5, deletion(choose, resource, plural, name)],
  ]);
};
