/** Who a binding is for, as its table shows them. Mirrors printers printRoleBinding and rbac SubjectsStrings. */
import type { ObjectMeta } from '../../../../api/object.ts';
import type { TablePrinter } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn, wide } from '../columns.ts';
import { viewAs } from '../view.ts';

export interface Subject {
  readonly kind: string;
  readonly apiGroup?: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface Binding {
  readonly metadata: ObjectMeta;
  readonly roleRef?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
  readonly subjects?: readonly Subject[];
}

export const bindingTable: TablePrinter = {
  columns: [
    nameColumn,
    textColumn('Role'),
    ageColumn,
    wide(textColumn('Users')),
    wide(textColumn('Groups')),
    wide(textColumn('ServiceAccounts')),
  ],
  row(object, context) {
    const { roleRef, subjects = [] } = viewAs<Binding>(object);
    const named = (kind: string) => subjects.filter((subject) => subject.kind === kind);
    return [
      nameOf(object),
      `${roleRef?.kind ?? ''}/${roleRef?.name ?? ''}`,
      ageOf(object, context),
      named('User')
        .map(({ name }) => name)
        .join(', '),
      named('Group')
        .map(({ name }) => name)
        .join(', '),
      named('ServiceAccount')
        .map(({ namespace = '', name }) => `${namespace}/${name}`)
        .join(', '),
    ];
  },
};
