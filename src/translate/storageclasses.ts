/**
 * A tenant's own StorageClass on the host. Parameters may name Secrets, which a driver reads wherever they are: those become the tenant's copies, and what
 * can't be told to be one is not carried. Pure.
 */
import { isJsonObject } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { markOn, nameOn, type On } from '../api/side.ts';
import { clusterMetadata } from './cluster-copies.ts';
import { contentOf } from './content.ts';
import type { Place } from './marks.ts';
import { hostName } from './names.ts';

export const storageClassFields = [
  'provisioner',
  'parameters',
  'mountOptions',
  'reclaimPolicy',
  'allowVolumeExpansion',
  'volumeBindingMode',
  'allowedTopologies',
];

/** Of the Secrets that sidecars of CSI drivers hand to them. Mirrors external-provisioner pkg/controller, external-resizer and external-snapshotter. */
const secretName = /^csi\.storage\.k8s\.io\/([a-z-]+)-secret-name$/;
const secretNamespace = /^csi\.storage\.k8s\.io\/([a-z-]+)-secret-namespace$/;
/** What may lead a driver to something that is not the tenant's. */
const naming = /secret|namespace/i;

/** Why no copy of it can be made, in words for its owner; `undefined`: nothing is in the way. */
export function storageClassObstacle(storageClass: Readonly<KubeObject>): string | undefined {
  const parameters = parametersOf(storageClass);
  for (const [key, value] of Object.entries(parameters)) {
    const [, whose = ''] = secretName.exec(key) ?? secretNamespace.exec(key) ?? [];
    if (whose === '') {
      if (naming.test(key)) return `its parameter ${key} can't be carried there`;
      continue;
    }
    if (value.includes('$')) return `its parameter ${key} can't be carried there: it must say the name itself`;
    for (const other of ['name', 'namespace'])
      if (!parameters[`csi.storage.k8s.io/${whose}-secret-${other}`])
        return `its parameter ${key} can't be carried there without csi.storage.k8s.io/${whose}-secret-${other}`;
  }
  return undefined;
}

/** The Secrets that it names, by their keys in the tenant. */
export function namedByStorageClass(storageClass: Readonly<KubeObject>): readonly { kind: 'secrets'; key: string }[] {
  const parameters = parametersOf(storageClass);
  return Object.entries(parameters).flatMap(([key, name]) => {
    const namespace = namespaceBeside(parameters, key);
    return namespace === undefined ? [] : [{ kind: 'secrets', key: `${namespace}/${name}` }];
  });
}

/** As `storageClassObstacle` allows it. */
export function copyStorageClass(place: Place, storageClass: On<'tenant', KubeObject>): On<'host', KubeObject> {
  const given = parametersOf(storageClass);
  const parameters = Object.entries(given).map(([key, value]) => {
    if (secretNamespace.test(key)) return [key, place.hostNamespace];
    const namespace = namespaceBeside(given, key);
    if (namespace === undefined) return [key, value];
    return [key, hostName(place.tenant, nameOn('tenant', namespace), nameOn('tenant', value))];
  });
  return markOn('host', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: clusterMetadata(place, storageClass),
    ...contentOf(storageClass, storageClassFields),
    ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }),
  });
}

/** Of a Secret's name: the namespace that goes with it. */
function namespaceBeside(parameters: Readonly<Record<string, string>>, key: string): string | undefined {
  const [, whose] = secretName.exec(key) ?? [];
  return whose === undefined ? undefined : parameters[`csi.storage.k8s.io/${whose}-secret-namespace`];
}

function parametersOf({ parameters = null }: Readonly<KubeObject>): Record<string, string> {
  if (!isJsonObject(parameters)) return {};
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}
