/** Budgets, quotas, Services: what says how many there may be, and who is told of them. */
import type { JsonObject } from '../../../../src/api/json.ts';
import { podDisruptionBudgets, resourceQuotas, services } from '../../../../src/controllers/resources.ts';
import type { Choices } from '../../choices.ts';
import { apps, change, creation, deletion, resourceOf, type Maker } from './operation.ts';

export const budgetOperation: Maker = (choose, world, namespace) => {
  const name = 'budget';
  const resource = resourceOf(world, podDisruptionBudgets, namespace);
  const matchLabels = choose.of<JsonObject>([{ app: choose.of(apps) }, { set: 'db' }, { set: 'plain-rs' }]);
  if (!world.truth.get('poddisruptionbudgets', namespace, name)) {
    const spec = { selector: { matchLabels }, ...aLimit(choose) };
    return creation(resource, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace },
      spec,
    });
  }
  return choose.weighted([
    [3, change(resource, 'budget', name, { spec: { minAvailable: null, maxUnavailable: null, ...aLimit(choose) } })],
    [1, change(resource, 'budget', name, { spec: { selector: { matchLabels } } })],
    [1, deletion(choose, resource, 'budget', name)],
  ]);
};

function aLimit(choose: Choices): JsonObject {
  return choose.of<JsonObject>([
    { minAvailable: choose.number(4) },
    { minAvailable: '50%' },
    { maxUnavailable: choose.number(3) },
    { maxUnavailable: '34%' },
  ]);
}

export const quotaOperation: Maker = (choose, world, namespace) => {
  const name = 'quota';
  const resource = resourceOf(world, resourceQuotas, namespace);
  const hard = choose.of<JsonObject>([
    { pods: String(3 + choose.number(8)) },
    { 'count/pods': String(4 + choose.number(10)), 'count/jobs.batch': String(1 + choose.number(4)) },
    { 'count/replicasets.apps': String(1 + choose.number(4)) },
    { persistentvolumeclaims: String(choose.number(4)) },
  ]);
  if (!world.truth.get('resourcequotas', namespace, name)) {
    return creation(resource, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name, namespace },
      spec: { hard },
    });
  }
  return choose.weighted([
    [1, change(resource, 'quota', name, { spec: { hard } })],
    [2, deletion(choose, resource, 'quota', name)],
  ]);
};

export const serviceOperation: Maker = (choose, world, namespace) => {
  const name = choose.of(['svc-a', 'svc-b']);
  const resource = resourceOf(world, services, namespace);
  const selector = choose.of<JsonObject>([{ app: choose.of(apps) }, { set: 'db' }, { set: 'plain-rc' }]);
  const spec = {
    ports: [{ port: 80, targetPort: 8080 }],
    ...(choose.chance(0.85) ? { selector } : {}),
    ...(choose.chance(0.2) ? { clusterIP: 'None' } : {}),
    ...(choose.chance(0.2) ? { publishNotReadyAddresses: true } : {}),
  };
  if (!world.truth.get('services', namespace, name)) {
    return creation(resource, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec });
  }
  return choose.weighted([
    [2, change(resource, 'service', name, { spec: { selector } })],
    [1, change(resource, 'service', name, { spec: { publishNotReadyAddresses: choose.chance(0.5) } })],
    [1, deletion(choose, resource, 'service', name)],
  ]);
};
