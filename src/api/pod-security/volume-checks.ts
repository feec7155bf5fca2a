/** Where a pod's files come from. Mirrors pod-security-admission policy, v1.36: the checks of these names. */
import { objectsAt, textAt } from '../json-fields.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { named, plural, quoted, sortedSet, type Check, type CheckedPod, type Finding } from './check.ts';

export const hostPathVolumes: Check = { id: 'hostPathVolumes', versions: [{ since: 0, check: mountsHostPaths }] };
export const restrictedVolumes: Check = {
  id: 'restrictedVolumes',
  versions: [{ since: 0, check: usesRestrictedTypes, overrides: 'hostPathVolumes' }],
};

const harmless = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
/** In upstream's order: of several, the first is told. */
const restricted = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

/** All types of volumes that there are. */
export const volumeTypes: readonly string[] = [...harmless, ...restricted];

function mountsHostPaths({ spec }: CheckedPod): Finding | undefined {
  const bad = objectsAt(spec, 'volumes').filter((volume) => isJsonObject(volume['hostPath']));
  if (bad.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: named('volume', bad.map(nameOf)) };
}

function usesRestrictedTypes({ spec }: CheckedPod): Finding | undefined {
  const isOf =
    (volume: JsonObject) =>
    (type: string): boolean =>
      isJsonObject(volume[type]);
  const bad = objectsAt(spec, 'volumes').filter((volume) => !harmless.some(isOf(volume)));
  if (bad.length === 0) return undefined;
  const types = sortedSet(bad.map((volume) => restricted.find(isOf(volume)) ?? 'unknown'));
  const use = bad.length === 1 ? 'uses' : 'use';
  const what = plural('restricted volume type', types.length);
  return {
    reason: 'restricted volume types',
    detail: `${named('volume', bad.map(nameOf))} ${use} ${what} ${quoted(types)}`,
  };
}

function nameOf(volume: JsonObject): string {
  return textAt(volume, 'name');
}
