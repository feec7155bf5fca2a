/** StatefulSets. */
import type { JsonObject } from '../../../../src/api/json.ts';
import { persistentVolumeClaims, statefulSets } from '../../../../src/controllers/resources.ts';
import type { Choices } from '../../choices.ts';
import {
  anImage,
  change,
  creation,
  deletion,
  nothing,
  oneOf,
  podTemplate,
  resourceOf,
  type Maker,
} from './operation.ts';

export const statefulSetOperation: Maker = (choose, world, namespace) => {
  const name = choose.of(['db', 'mq']);
  const resource = resourceOf(world, statefulSets, namespace);
  const labels = { set: name };
  const spec = {
    serviceName: name,
    replicas: choose.number(5),
    selector: { matchLabels: labels },
    template: podTemplate(choose, labels),
    podManagementPolicy: choose.of(['OrderedReady', 'OrderedReady', 'Parallel']),
    updateStrategy: anUpdateStrategy(choose),
    ...(choose.chance(0.3) ? { minReadySeconds: choose.number(5) } : {}),
    ...(choose.chance(0.3) ? { ordinals: { start: choose.number(4) } } : {}),
    // Always the same: a pod that is left by one set and taken over by the next can't get volumes that it hasn't.
    ...(name === 'db' ? { volumeClaimTemplates: [claimTemplate], ...aRetention(choose) } : {}),
    ...(choose.chance(0.5) ? { revisionHistoryLimit: choose.number(3) } : {}),
  };
  const image = anImage(choose);
  const later = choose.weighted<JsonObject>([
    [4, { replicas: choose.number(6) }],
    [4, { template: { spec: { containers: [{ name: 'main', image }] } } }],
    [2, { updateStrategy: anUpdateStrategy(choose) }],
    [1, aRetention(choose)],
    [1, { ordinals: { start: choose.number(4) } }],
  ]);
  if (!world.truth.get('statefulsets', namespace, name)) {
    return creation(resource, {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name, namespace, labels },
      spec,
    });
  }
  return choose.weighted([
    [10, change(resource, 'statefulset', name, { spec: later })],
    [1.5, deletion(choose, resource, 'statefulset', name)],
  ]);
};

const claimTemplate = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

function anUpdateStrategy(choose: Choices): JsonObject {
  if (choose.chance(0.2)) return { type: 'OnDelete', rollingUpdate: null };
  const partition = choose.chance(0.5) ? choose.number(4) : 0;
  const maxUnavailable = choose.chance(0.3) ? { maxUnavailable: choose.of([1, 2, '50%']) } : {};
  return { type: 'RollingUpdate', rollingUpdate: { partition, ...maxUnavailable } };
}

function aRetention(choose: Choices): JsonObject {
  const [whenDeleted, whenScaled] = [choose.of(['Retain', 'Delete']), choose.of(['Retain', 'Delete'])];
  return { persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } };
}

export const claimOperation: Maker = (choose, world, namespace) => {
  const claim = oneOf(choose, world, 'persistentvolumeclaims', namespace);
  if (!claim) return nothing;
  const { name = '' } = claim.metadata;
  const resource = resourceOf(world, persistentVolumeClaims, namespace);
  return { name: `delete claim ${name}`, run: () => resource.delete(name) };
};
