/** Mirrors pkg/apis/storage/v1 and pkg/apis/scheduling/v1 defaults.go. */
import type { TypeDefaults } from '../../default.ts';
import { ensureObject } from '../../../api/json-fields.ts';
import { setIfEmpty, setIfNil } from './go-fields.ts';

export const storageDefaults: TypeDefaults = {
  'io.k8s.api.storage.v1.StorageClass': (storageClass) => {
    setIfNil(storageClass, 'reclaimPolicy', 'Delete');
    setIfNil(storageClass, 'volumeBindingMode', 'Immediate');
  },
  'io.k8s.api.storage.v1.CSIDriver': (driver) => {
    const spec = ensureObject(driver, 'spec');
    setIfNil(spec, 'attachRequired', true);
    setIfNil(spec, 'podInfoOnMount', false);
    setIfNil(spec, 'storageCapacity', false);
    setIfNil(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType');
    setIfEmpty(spec, 'volumeLifecycleModes', ['Persistent']);
    setIfNil(spec, 'requiresRepublish', false);
    setIfNil(spec, 'seLinuxMount', false);
  },
  'io.k8s.api.scheduling.v1.PriorityClass': (priorityClass) =>
    setIfNil(priorityClass, 'preemptionPolicy', 'PreemptLowerPriority'),
};
