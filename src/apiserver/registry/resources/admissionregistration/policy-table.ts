/** Mirrors printers printValidatingAdmissionPolicy, printMutatingAdmissionPolicy and those of their bindings. */
import type { ObjectMeta } from '../../../../api/object.ts';
import type { TablePrinter } from '../../resource-definition.ts';
import { countColumn, namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';

interface Policy {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly paramKind?: { readonly apiVersion?: string; readonly kind?: string };
    readonly validations?: readonly object[];
    readonly mutations?: readonly object[];
  };
}

interface PolicyBinding {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly policyName?: string;
    readonly paramRef?: { readonly name?: string; readonly namespace?: string };
  };
}

/** `rules`: the field that is counted, with the column's name. */
export function policyTable(column: string, rules: 'validations' | 'mutations'): TablePrinter {
  return namedTable([countColumn(column), textColumn('ParamKind')], (object) => {
    const spec = viewAs<Policy>(object).spec ?? {};
    const { apiVersion = '', kind = '' } = spec.paramKind ?? {};
    return [spec[rules]?.length ?? 0, spec.paramKind ? `${apiVersion}/${kind}` : '<unset>'];
  });
}

export const policyBindingTable = namedTable([textColumn('PolicyName'), textColumn('ParamRef')], (object) => {
  const { policyName = '', paramRef } = viewAs<PolicyBinding>(object).spec ?? {};
  const named = paramRef?.name ? `${paramRef.namespace || '*'}/${paramRef.name}` : '<unset>';
  return [policyName, named];
});
