/** What is read of a ResourceQuota, and which objects it is about. Mirrors apiserver quota/v1 generic.Matches. Pure. */
import type { KubeObject } from '../object.ts';
import type { Amounts } from './amounts.ts';

export interface ScopeRequirement {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface Quota {
  readonly name: string;
  /** As the spec has it. */
  readonly hard: Amounts;
  /** As far as they are counted already. */
  readonly countedHard: Amounts;
  readonly used: Amounts;
  /** All must match. */
  readonly scopes: readonly ScopeRequirement[];
}

interface QuotaFields {
  readonly spec?: {
    readonly hard?: Amounts;
    readonly scopes?: readonly string[];
    readonly scopeSelector?: { readonly matchExpressions?: readonly ScopeRequirement[] };
  };
  readonly status?: { readonly hard?: Amounts; readonly used?: Amounts };
}

/** The typed view of a ResourceQuota's JSON; the API server has validated its shape. */
export function asQuota(object: Readonly<KubeObject>): Quota {
  const { spec = {}, status = {} } = object as unknown as QuotaFields;
  const plain = (spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  return {
    name: object.metadata.name ?? '',
    hard: spec.hard ?? {},
    countedHard: status.hard ?? {},
    used: status.used ?? {},
    scopes: [...plain, ...(spec.scopeSelector?.matchExpressions ?? [])],
  };
}

/** Whether one of `values` fits the requirement, as a label selector would decide. */
export function valuesMatch({ operator, values = [] }: ScopeRequirement, present: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return present.some((value) => values.includes(value));
    case 'NotIn':
      return present.length === 0 || present.some((value) => !values.includes(value));
    case 'Exists':
      return present.length > 0;
    case 'DoesNotExist':
      return present.length === 0;
    default:
      return false;
  }
}
