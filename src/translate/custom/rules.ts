/** How a custom resource is carried, as its operator says: closed data, checked when the configuration is read. */
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { FieldPath } from './field-path.ts';

/** What an expression sees. */
export interface PatchVariables {
  /** What is at the path; null: nothing. */
  readonly value: JsonValue;
  /** The tenant's object. */
  readonly tenant: JsonObject;
  /** Its copy as the host shows it; null: there is none. */
  readonly host: JsonObject | null;
  /** `tenant`, `hostNamespace`, `hostName`. */
  readonly context: JsonObject;
}

/** What is left of what may be spent on one object. */
export interface Budget {
  costLeft: number;
}

/** A patch that can't be made of this object; its owner is told. */
export class PatchError extends Error {}

export type PatchOperation =
  | { readonly type: 'remove' }
  | { readonly type: 'value'; readonly value: JsonValue }
  /** Null: the field is removed. @throws PatchError */
  | { readonly type: 'expression'; readonly evaluate: (variables: PatchVariables, budget: Budget) => JsonValue }
  /** Of texts only; what is of another type stays. */
  | { readonly type: 'replace'; readonly replace: (text: string) => string };

export interface Patch {
  readonly path: FieldPath;
  readonly operation: PatchOperation;
}

/** At `path` stands the name of an object of that kind. */
export interface Reference {
  readonly path: FieldPath;
  /** The plural: what is `secrets` or `configmaps` is carried, too. */
  readonly kind: string;
  /** The field beside the name that says the namespace; absent: it is the object's own. */
  readonly namespaceField?: string;
  /** It may name things of other namespaces of its tenant; what the host makes of it can't tell them apart. */
  readonly acrossNamespaces?: true;
  /** Only where the field beside it has one of these texts, or isn't there and the list has the empty text. */
  readonly when?: readonly { readonly field: string; readonly values: readonly string[] }[];
}

/** At `path` stands what selects copies, or marks what is made from one. */
export interface Selection {
  readonly path: FieldPath;
  /** `selector`: matchLabels and matchExpressions; `map`: labels that must be there; `labels`: labels that others select by. */
  readonly type: 'selector' | 'map' | 'labels';
}

export interface CustomRules {
  readonly toHost: readonly Patch[];
  readonly fromHost: readonly Patch[];
  readonly references: readonly Reference[];
  readonly selections: readonly Selection[];
}

export const noRules: CustomRules = { toHost: [], fromHost: [], references: [], selections: [] };

/** Of all expressions on one object in one direction, in CEL's units. */
export const objectCostMax = 10_000_000;
