/** Mirrors pkg/apis/apps/v1/defaults.go. */
import type { JsonObject } from '../../../api/json.ts';
import type { TypeDefaults } from '../../default.ts';
import { objectAt, ensureObject } from '../../../api/json-fields.ts';
import { setIfEmpty, setIfNil } from './go-fields.ts';

export const appsDefaults: TypeDefaults = {
  'io.k8s.api.apps.v1.Deployment': (deployment) => {
    const spec = ensureObject(deployment, 'spec');
    setIfNil(spec, 'replicas', 1);
    const strategy = ensureObject(spec, 'strategy');
    setIfEmpty(strategy, 'type', 'RollingUpdate');
    defaultRollingUpdate(strategy, '25%', '25%');
    setIfNil(spec, 'revisionHistoryLimit', 10);
    setIfNil(spec, 'progressDeadlineSeconds', 600);
  },
  'io.k8s.api.apps.v1.DaemonSet': (daemonSet) => {
    const spec = ensureObject(daemonSet, 'spec');
    const strategy = ensureObject(spec, 'updateStrategy');
    setIfEmpty(strategy, 'type', 'RollingUpdate');
    defaultRollingUpdate(strategy, 1, 0);
    setIfNil(spec, 'revisionHistoryLimit', 10);
  },
  'io.k8s.api.apps.v1.StatefulSet': (statefulSet) => {
    const spec = ensureObject(statefulSet, 'spec');
    setIfEmpty(spec, 'podManagementPolicy', 'OrderedReady');
    const strategy = ensureObject(spec, 'updateStrategy');
    if (!strategy['type']) {
      strategy['type'] = 'RollingUpdate';
      setIfNil(strategy, 'rollingUpdate', {});
    }
    const rollingUpdate = objectAt(strategy, 'rollingUpdate');
    if (strategy['type'] === 'RollingUpdate' && rollingUpdate) setIfNil(rollingUpdate, 'partition', 0);
    const retention = ensureObject(spec, 'persistentVolumeClaimRetentionPolicy');
    setIfEmpty(retention, 'whenDeleted', 'Retain');
    setIfEmpty(retention, 'whenScaled', 'Retain');
    setIfNil(spec, 'replicas', 1);
    setIfNil(spec, 'revisionHistoryLimit', 10);
  },
  'io.k8s.api.apps.v1.ReplicaSet': (replicaSet) => setIfNil(ensureObject(replicaSet, 'spec'), 'replicas', 1),
};

function defaultRollingUpdate(strategy: JsonObject, maxUnavailable: string | number, maxSurge: string | number): void {
  if (strategy['type'] !== 'RollingUpdate') return;
  const rollingUpdate = ensureObject(strategy, 'rollingUpdate');
  setIfNil(rollingUpdate, 'maxUnavailable', maxUnavailable);
  setIfNil(rollingUpdate, 'maxSurge', maxSurge);
}
