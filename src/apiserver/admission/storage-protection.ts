/**
 * Claims, volumes and their classes of attributes wait for those who use them: each gets a finalizer, which a controller takes away. Mirrors
 * kubernetes plugin/pkg/admission/storage/storageobjectinuseprotection.
 */
import type { AdmissionPlugin } from './plugin.ts';

const finalizers: Readonly<Record<string, string>> = {
  '/persistentvolumeclaims': 'kubernetes.io/pvc-protection',
  '/persistentvolumes': 'kubernetes.io/pv-protection',
  'storage.k8s.io/volumeattributesclasses': 'kubernetes.io/vac-protection',
};

export const storageProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: ({ operation, resource: { gr }, subresource }) =>
    operation === 'CREATE' && subresource === '' && Object.hasOwn(finalizers, `${gr.group}/${gr.resource}`),
  mutate({ object, resource: { gr } }) {
    const finalizer = finalizers[`${gr.group}/${gr.resource}`];
    if (!object || finalizer === undefined) return;
    const present = object.metadata.finalizers ?? [];
    if (!present.includes(finalizer)) object.metadata.finalizers = [...present, finalizer];
  },
};
