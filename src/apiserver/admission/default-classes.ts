/**
 * Claims and Ingresses that name no class get the cluster's default one. Mirrors kubernetes plugin/pkg/admission/storage/storageclass/setdefault
 * and plugin/pkg/admission/network/defaultingressclass.
 */
import { isJsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type { AdmissionPlugin } from './plugin.ts';

interface Defaulted {
  readonly plugin: string;
  readonly group: string;
  readonly resource: string;
  /** Of the spec. */
  readonly field: string;
  /** The old way to name a class. */
  readonly annotation: string;
  readonly classes: { readonly group: string; readonly resource: string; readonly marks: readonly string[] };
}

const claims: Defaulted = {
  plugin: 'DefaultStorageClass',
  group: '',
  resource: 'persistentvolumeclaims',
  field: 'storageClassName',
  annotation: 'volume.beta.kubernetes.io/storage-class',
  classes: {
    group: 'storage.k8s.io',
    resource: 'storageclasses',
    marks: ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'],
  },
};

const ingresses: Defaulted = {
  plugin: 'DefaultIngressClass',
  group: 'networking.k8s.io',
  resource: 'ingresses',
  field: 'ingressClassName',
  annotation: 'kubernetes.io/ingress.class',
  classes: {
    group: 'networking.k8s.io',
    resource: 'ingressclasses',
    marks: ['ingressclass.kubernetes.io/is-default-class'],
  },
};

export function defaultStorageClass(cluster: ClusterReader): AdmissionPlugin {
  return classDefaulter(claims, cluster);
}

export function defaultIngressClass(cluster: ClusterReader): AdmissionPlugin {
  return classDefaulter(ingresses, cluster);
}

function classDefaulter({ plugin, group, resource, field, annotation, classes }: Defaulted, cluster: ClusterReader) {
  return {
    name: plugin,
    handles: ({ operation, resource: { gr }, subresource }) =>
      operation === 'CREATE' && gr.group === group && gr.resource === resource && subresource === '',
    async mutate({ object }) {
      const spec = object?.['spec'];
      if (!object || !isJsonObject(spec) || typeof spec[field] === 'string') return;
      if (object.metadata.annotations?.[annotation] !== undefined) return;
      const marked = (await cluster.list(classes.group, classes.resource, '')).filter(({ metadata }) =>
        classes.marks.some((mark) => metadata.annotations?.[mark] === 'true'),
      );
      const name = marked.toSorted(newestFirst)[0]?.metadata.name;
      if (name !== undefined) spec[field] = name;
    },
  } satisfies AdmissionPlugin;
}

function newestFirst({ metadata: left }: Readonly<KubeObject>, { metadata: right }: Readonly<KubeObject>): number {
  const [newer, older] = [right.creationTimestamp ?? '', left.creationTimestamp ?? ''];
  if (newer !== older) return newer < older ? -1 : 1;
  return (left.name ?? '') < (right.name ?? '') ? -1 : 1;
}
