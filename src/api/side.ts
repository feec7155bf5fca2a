/**
 * Two sides, tenant and host, which never mix: a value of one side doesn't compile where the other's is wanted. Only the rooms
 * `client` (what came from a side's API) and `translate` (what was made for a side) may mark a value.
 */
export type Side = 'tenant' | 'host';

declare const sideMark: unique symbol;

/** `T`, as it is on side `S`. */
export type On<S extends Side, T> = T & { readonly [sideMark]: S };

/** An object's name or a namespace's, on one side. */
export type Name<S extends Side> = string & { readonly [sideMark]: S };

/** Where an object is, on one side. `namespace` is the empty string for cluster-scoped objects. */
export interface ObjectRef<S extends Side> {
  readonly namespace: Name<S>;
  readonly name: Name<S>;
}

/** Marks a name. For `client` and `translate` only. */
export function nameOn<S extends Side>(_side: S, name: string): Name<S> {
  return name as Name<S>;
}

/** Marks a value. For `client` and `translate` only. */
export function markOn<S extends Side, T>(_side: S, value: T): On<S, T> {
  return value as On<S, T>;
}
