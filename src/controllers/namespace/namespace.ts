/** What controllers read of a namespace. */
import type { KubeObject } from '../../api/object.ts';

export interface NamespaceView {
  readonly finalizers: readonly string[];
  readonly phase: string | undefined;
  readonly conditions: readonly NamespaceCondition[];
}

export interface NamespaceCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The typed view of a namespace's JSON; the API server has validated its shape. */
export function asNamespace(object: Readonly<KubeObject>): NamespaceView {
  const spec = (object['spec'] ?? {}) as { readonly finalizers?: readonly string[] };
  const status = (object['status'] ?? {}) as {
    readonly phase?: string;
    readonly conditions?: readonly NamespaceCondition[];
  };
  return { finalizers: spec.finalizers ?? [], phase: status.phase, conditions: status.conditions ?? [] };
}

/** Not being deleted. */
export function isActiveNamespace(object: Readonly<KubeObject>): boolean {
  return object.metadata.deletionTimestamp === undefined && asNamespace(object).phase !== 'Terminating';
}
