/** What every stored object has; the types of plain JSON can't say so. */
import { splitKey, type KubeObject } from '../api/object.ts';
import { markOn, type Name, type ObjectRef, type On, type Side } from '../api/side.ts';

/** @throws Error for an object that no API server has stored. */
export function uidOf(object: Readonly<KubeObject>): string {
  const { uid } = object.metadata;
  if (!uid) throw new Error(`${object.kind} ${object.metadata.name ?? ''} has no uid`);
  return uid;
}

/** What the tenant's own API server asks us about is the tenant's. */
export function fromTenantApi(object: Readonly<KubeObject>): On<'tenant', KubeObject> {
  return markOn('tenant', object);
}

/** Where an object is on its side. */
export function refOf<S extends Side>(object: On<S, KubeObject>): ObjectRef<S> {
  // The object's side is its metadata's.
  return { namespace: (object.metadata.namespace ?? '') as Name<S>, name: nameOf(object) };
}

/** The tenant's reference of a workqueue key, which is made from tenant objects and from marks only. */
export function refOfKey(key: string): ObjectRef<'tenant'> {
  const { namespace = '', name } = splitKey(key);
  return { namespace: namespace as Name<'tenant'>, name: name as Name<'tenant'> };
}

/** @throws Error for an object without a name */
export function nameOf<S extends Side>(object: On<S, KubeObject>): Name<S> {
  const { name } = object.metadata;
  if (!name) throw new Error(`${object.kind} has no name`);
  return name as Name<S>;
}
