/**
 * The classes that pods name. Those of the host that a tenant sees mean the same on both sides; a class of the tenant's own that bears the name of one
 * that it doesn't see must not become that one. Pure.
 */
import { nameOn, type Name } from '../../api/side.ts';
import { derivedHostName } from '../names.ts';
import type { PodSpec } from './pod-view.ts';

/** `undefined`: nothing of that kind is seen from the host. */
export type SeenFromHost = (
  plural:
    | 'runtimeclasses'
    | 'priorityclasses'
    | 'storageclasses'
    | 'ingressclasses'
    | 'gatewayclasses'
    | 'volumesnapshotclasses',
  name: string,
) => boolean | undefined;

/** What the copy of the tenant's own class is called. `undefined`: such classes aren't carried to the host; `false`: the tenant has none of that name. */
export type OwnOnHost = (
  plural: 'priorityclasses' | 'storageclasses' | 'volumesnapshotclasses',
  name: string,
) => Name<'host'> | false | undefined;

/** Changes in place: `spec` is the caller's own copy. */
export function nameClasses(spec: PodSpec, tenant: string, seen: SeenFromHost, own: OwnOnHost = () => undefined): void {
  const { runtimeClassName, priorityClassName } = spec;
  // What to run in is not left out: the host is asked for what it hasn't got, and its refusal is told.
  if (runtimeClassName !== undefined && seen('runtimeclasses', runtimeClassName) === false)
    spec.runtimeClassName = unknownOnHost(tenant, runtimeClassName);
  const ownClass = priorityClassName === undefined ? undefined : own('priorityclasses', priorityClassName);
  if (ownClass) spec.priorityClassName = ownClass;
  if (ownClass || (priorityClassName !== undefined && seen('priorityclasses', priorityClassName) === true)) {
    // What follows from the class is the host's to fill in.
    delete spec['priority'];
    delete spec['preemptionPolicy'];
    return;
  }
  // It would preempt other tenants' pods.
  for (const field of ['priorityClassName', 'priority', 'preemptionPolicy']) delete spec[field];
}

/** Whether a priority class is one that every cluster has for itself. */
export function isSystemClass(name: string): boolean {
  return name.startsWith('system-');
}

/** Texts of the host that name it name the tenant's class (`host-texts.ts`). */
function unknownOnHost(tenant: string, name: string): string {
  return derivedHostName(tenant, nameOn('tenant', ''), nameOn('tenant', name), 'runtimeclasses');
}
