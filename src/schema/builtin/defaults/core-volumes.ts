/** Mirrors pkg/apis/core/v1/defaults.go: volumes and the claims behind them. */
import type { TypeDefaults } from '../../default.ts';
import { defaultPullPolicy } from './core-containers.ts';
import { objectAt, ensureObject } from '../../../api/json-fields.ts';
import { setIfEmpty, setIfNil } from './go-fields.ts';

/** 0644 */
const fileMode = 420;

export const coreVolumeDefaults: TypeDefaults = {
  'io.k8s.api.core.v1.Volume': (volume) => {
    const hasSource = Object.entries(volume).some(([name, value]) => name !== 'name' && value !== null);
    if (!hasSource) volume['emptyDir'] = {};
    const image = objectAt(volume, 'image');
    const reference = image?.['reference'];
    if (image) setIfEmpty(image, 'pullPolicy', defaultPullPolicy(typeof reference === 'string' ? reference : ''));
  },
  'io.k8s.api.core.v1.SecretVolumeSource': (source) => setIfNil(source, 'defaultMode', fileMode),
  'io.k8s.api.core.v1.ConfigMapVolumeSource': (source) => setIfNil(source, 'defaultMode', fileMode),
  'io.k8s.api.core.v1.DownwardAPIVolumeSource': (source) => setIfNil(source, 'defaultMode', fileMode),
  'io.k8s.api.core.v1.ProjectedVolumeSource': (source) => setIfNil(source, 'defaultMode', fileMode),
  'io.k8s.api.core.v1.HostPathVolumeSource': (source) => setIfNil(source, 'type', ''),
  'io.k8s.api.core.v1.ServiceAccountTokenProjection': (projection) => setIfNil(projection, 'expirationSeconds', 3600),
  'io.k8s.api.core.v1.PersistentVolume': (volume) => {
    setIfEmpty(ensureObject(volume, 'status'), 'phase', 'Pending');
    const spec = ensureObject(volume, 'spec');
    setIfEmpty(spec, 'persistentVolumeReclaimPolicy', 'Retain');
    setIfNil(spec, 'volumeMode', 'Filesystem');
  },
  'io.k8s.api.core.v1.PersistentVolumeClaim': (claim) => setIfEmpty(ensureObject(claim, 'status'), 'phase', 'Pending'),
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec': (spec) => setIfNil(spec, 'volumeMode', 'Filesystem'),
};
