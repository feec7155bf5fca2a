/** A claim grows only where its class allows it. Mirrors kubernetes plugin/pkg/admission/storage/persistentvolume/resize. */
import { objectAt, textAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';
import { compareQuantities, parseQuantity } from '../../api/quantity.ts';
import { jsonOf } from '../registry/resources/fields.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { admissionForbidden, isCore } from './forbidden.ts';
import type { AdmissionPlugin } from './plugin.ts';

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const classText =
  'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';

export function claimResize(cluster: ClusterReader): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    handles: (attributes) => attributes.operation === 'UPDATE' && isCore(attributes, 'persistentvolumeclaims'),
    async validate(attributes) {
      const { object, old } = attributes;
      if (!object || !old || compareQuantities(sizeOf(object), sizeOf(old)) <= 0) return;
      if (textAt(objectAt(jsonOf(old), 'status'), 'phase') !== 'Bound') {
        throw admissionForbidden(attributes, 'Only bound persistent volume claims can be expanded');
      }
      const name = classOf(object);
      const found =
        name === '' || name !== classOf(old)
          ? undefined
          : await cluster.find('storage.k8s.io', 'storageclasses', '', name);
      if (found?.['allowVolumeExpansion'] !== true) throw admissionForbidden(attributes, classText);
    },
  };
}

function sizeOf(claim: Readonly<KubeObject>) {
  const requests = objectAt(objectAt(objectAt(jsonOf(claim), 'spec'), 'resources'), 'requests');
  return parseQuantity(textAt(requests, 'storage') || '0');
}

function classOf(claim: Readonly<KubeObject>): string {
  return claim.metadata.annotations?.[classAnnotation] ?? textAt(objectAt(jsonOf(claim), 'spec'), 'storageClassName');
}
