/**
 * One file in `resources/<group>/<plural>.ts` says, in one `defineResource({...})`, how a built-in resource differs from what its
 * schema says. A resource without a file is served by its facts alone. The list in `resources/builtin-resources.ts` names the files.
 */
import type { KubeObject } from '../../api/object.ts';
import type { JsonValue } from '../../api/json.ts';
import type { Strategy } from './strategy.ts';

export type Cell = string | number | bigint | boolean | null | readonly JsonValue[];

/** A column of `kubectl get`. Mirrors meta/v1 TableColumnDefinition, with upstream's own descriptions left to the API docs. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: 'name' | 'date' | 'int64';
  /** 0: always shown; 1: only with `-o wide`. Default 0. */
  readonly priority?: number;
  readonly description?: string;
}

export interface TableContext {
  /** Milliseconds since the epoch: ages are relative to it. */
  readonly now: number;
}

/** Mirrors kubernetes pkg/printers/internalversion/printers.go. */
export interface TablePrinter {
  readonly columns: readonly Column[];
  /** The cells of one row, one for each column, in their order. */
  row(object: Readonly<KubeObject>, context: TableContext): readonly Cell[];
}

/** Several served versions of one stored object. */
export interface VersionConversion {
  /** The version that is stored and that strategies see. */
  readonly storageVersion: string;
  /** By served version. Pure: gives a new object. */
  readonly toStorage: Readonly<Record<string, (object: KubeObject) => KubeObject>>;
  readonly fromStorage: Readonly<Record<string, (object: KubeObject) => KubeObject>>;
}

/** Where `/scale` reads and writes. Mirrors the three paths of a CRD's scale subresource. */
export interface ScalePaths {
  readonly specReplicas: string;
  readonly statusReplicas: string;
  /** The selector, as text, of the pods that are counted. */
  selector(object: Readonly<KubeObject>): string;
}

export interface ResourceDefinition {
  readonly group: string;
  readonly resource: string;
  readonly strategy?: Strategy;
  /** Before a request is answered: what its answer needs is loaded. */
  begin?(verb: string): Promise<void>;
  /**
   * What upstream's way through its internal type makes of an object: fields that stand twice, and fields that are only written. Runs
   * after its defaults, before anybody looks at it. May mutate; must leave what it has made as it is.
   */
  readonly settle?: (object: KubeObject) => void;
  readonly table?: TablePrinter;
  /** Values of the field labels that selectors may use besides metadata.name and metadata.namespace. */
  readonly selectableFields?: (object: Readonly<KubeObject>) => Readonly<Record<string, string>>;
  readonly scale?: ScalePaths;
  /** Key prefix below `/registry`, as upstream lays it out in etcd. Default: upstream's usual rule (see `storage-key.ts`). */
  readonly storagePrefix?: string;
  readonly conversion?: VersionConversion;
  /** Answered by code instead of storage: create-only reviews, component statuses… The verbs room gives the interface. */
  readonly virtual?: boolean;
}

/** Says that `definition` is one; the compiler checks it. */
export function defineResource(definition: ResourceDefinition): ResourceDefinition {
  return definition;
}
