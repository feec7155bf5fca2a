/** Objects that own each other, deleted in all ways; and namespaces. */
import type { KubeObject, OwnerReference } from '../../../../src/api/object.ts';
import { configMaps, namespaces } from '../../../../src/controllers/resources.ts';
import { change, creation, deletion, nothing, oneOf, resourceOf, type Maker } from './operation.ts';

const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'] as const;

export const ownedOperation: Maker = (choose, world, namespace) => {
  const name = choose.of(names);
  const resource = resourceOf(world, configMaps, namespace);
  const others = ['configmaps', 'deployments', 'jobs', 'statefulsets', 'services']
    .flatMap((plural) => world.truth.list(plural))
    .filter(({ metadata }) => metadata.namespace === namespace && metadata.name !== name);
  const owners = choose.some(others, others.length === 0 ? 0 : 1.5 / others.length);
  const ownerReferences = owners.slice(0, 3).map((owner) => referenceTo(owner, choose.chance(0.5)));
  if (choose.chance(0.1)) ownerReferences.push(absent(choose.chance(0.5)));
  if (!world.truth.get('configmaps', namespace, name)) {
    const metadata = { name, namespace, ownerReferences };
    return creation(resource, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  }
  return choose.weighted([
    [4, deletion(choose, resource, 'configmap', name)],
    [1, change(resource, 'configmap', name, { metadata: { ownerReferences: ownerReferences as never } })],
    [0.5, change(resource, 'configmap', name, { metadata: { finalizers: choose.of([['example.com/hold'], null]) } })],
  ]);
};

function referenceTo(owner: KubeObject, blockOwnerDeletion: boolean): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  const reference = { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '' };
  return blockOwnerDeletion ? { ...reference, blockOwnerDeletion } : reference;
}

function absent(known: boolean): OwnerReference {
  const kind = known ? 'ConfigMap' : 'Secret';
  return { apiVersion: 'v1', kind, name: 'never-was', uid: '00000000-0000-4000-8000-000000000000' };
}

export const namespaceOperation: Maker = (choose, world, name) => {
  const resource = world.user.resource(namespaces);
  if (!world.truth.get('namespaces', '', name)) {
    return creation(resource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  return choose.chance(0.25) ? { name: `delete namespace ${name}`, run: () => resource.delete(name) } : nothing;
};

/** Lets go of one that is held by a finalizer of the user's. */
export const releaseOperation: Maker = (choose, world, namespace) => {
  const held = oneOf(choose, world, 'configmaps', namespace);
  if (!held?.metadata.finalizers?.includes('example.com/hold')) return nothing;
  return change(resourceOf(world, configMaps, namespace), 'configmap', held.metadata.name ?? '', {
    metadata: { finalizers: null },
  });
};
