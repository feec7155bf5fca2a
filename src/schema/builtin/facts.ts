/** The generated table of facts, as it is stored. `hack/generate-facts` writes it. */
import facts from './facts.generated.json' with { type: 'json' };

export interface FactsTable {
  /** Of Kubernetes: `v1.36.3`. */
  readonly version: string;
  /** `core.v1` → `io.k8s.api.core.v1`. */
  readonly packages: Readonly<Record<string, string>>;
  /** `core.v1.PullPolicy` → `string`. */
  readonly names: Readonly<Record<string, string>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** `core.v1.PodSpec` → its text; `type-text.ts` reads it. */
  readonly structs: Readonly<Record<string, string>>;
  /** `core.v1.Pod` → `v1 Pod`. */
  readonly kinds: Readonly<Record<string, string>>;
  /** Kinds that are in every group version: `meta.v1.DeleteOptions`. */
  readonly everyGroup: Readonly<Record<string, readonly string[]>>;
  readonly resources: readonly ResourceRow[];
}

export interface ResourceRow {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Split by spaces. */
  readonly verbs: string;
  readonly schema: string;
  readonly hash?: string;
  readonly subresources?: readonly {
    readonly name: string;
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly verbs: string;
  }[];
}

// The compiler sees one huge literal type; the generator's tests hold it to this one.
export const factsTable = facts as unknown as FactsTable;

/** `core.v1.Pod` → `io.k8s.api.core.v1.Pod`. */
export function fullTypeName(short: string): string {
  const dot = short.lastIndexOf('.');
  return `${factsTable.packages[short.slice(0, dot)] ?? short.slice(0, dot)}${short.slice(dot)}`;
}

/** `io.k8s.api.core.v1.Pod` → `core.v1.Pod`. */
export function shortTypeName(full: string): string {
  return full.split('.').slice(-3).join('.');
}
