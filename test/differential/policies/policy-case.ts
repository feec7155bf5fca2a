/** What policies make of writes, as data: each case has policies of its own, which concern its own namespace only. */
import type { Call, Json } from '../case.ts';

export type Fields = { readonly [name: string]: Json };

export interface CasePolicy {
  readonly kind: 'validating' | 'mutating';
  /** Without `matchConstraints`. */
  readonly spec: Fields;
  /** Absent: writes of config maps; always in the case's namespace. */
  readonly constraints?: Fields;
  /** One for each: the binding's spec, without the policy's name. */
  readonly bindings: readonly Fields[];
}

export interface PolicyCase {
  readonly name: string;
  /** Called `<case>-0`, `<case>-1`… as their bindings are. */
  readonly policies: readonly CasePolicy[];
  /** Made before the policies are. `{ns}`: the case's namespace. */
  readonly given?: readonly Call[];
  readonly calls: readonly Call[];
}

export const validating = (spec: Fields, ...bindings: readonly Fields[]): CasePolicy => ({
  kind: 'validating',
  ...parts(spec),
  bindings: bindings.length > 0 ? bindings : [{}],
});

export const mutating = (spec: Fields, ...bindings: readonly Fields[]): CasePolicy => ({
  kind: 'mutating',
  ...parts(spec),
  bindings: bindings.length > 0 ? bindings : [{}],
});

export const rule = (resources: readonly string[], more: Fields = {}): Fields => ({
  apiGroups: ['*'],
  apiVersions: ['*'],
  operations: ['*'],
  resources,
  ...more,
});

/** `constraints` are given among the fields of the spec. */
function parts({ constraints, ...spec }: Fields): Pick<CasePolicy, 'spec' | 'constraints'> {
  const isFields = (value: Json | undefined): value is Fields =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return isFields(constraints) ? { spec, constraints } : { spec };
}
