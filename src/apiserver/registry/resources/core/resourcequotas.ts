import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateQuota, validateQuotaStatus, validateQuotaUpdate } from './quota-validation.ts';

interface ResourceQuota {
  readonly metadata: ObjectMeta;
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}

/** Mirrors printers printResourceQuota. */
export const resourcequotas = defineResource({
  group: '',
  resource: 'resourcequotas',
  strategy: { validate: validateQuota, validateUpdate: validateQuotaUpdate, validateStatusUpdate: validateQuotaStatus },
  table: namedTable([textColumn('Request'), textColumn('Limit')], (object) => {
    const { hard = {}, used = {} } = viewAs<ResourceQuota>(object).status ?? {};
    const names = Object.keys(hard).toSorted();
    const text = (chosen: readonly string[]) =>
      chosen.map((name) => `${name}: ${used[name] ?? '0'}/${hard[name] ?? '0'}`).join(', ');
    const isLimit = (name: string) => name.startsWith('limits.');
    return [text(names.filter((name) => !isLimit(name))), text(names.filter(isLimit))];
  }),
});
