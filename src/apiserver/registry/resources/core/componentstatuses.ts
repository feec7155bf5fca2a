import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { nameColumn, nameOf, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';

interface ComponentStatus {
  readonly metadata: ObjectMeta;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly message?: string;
    readonly error?: string;
  }[];
}

export const componentstatuses = defineResource({
  group: '',
  resource: 'componentstatuses',
  virtual: true,
  table: {
    columns: [nameColumn, textColumn('Status'), textColumn('Message'), textColumn('Error')],
    row(object) {
      const healthy = viewAs<ComponentStatus>(object).conditions?.find(({ type }) => type === 'Healthy');
      if (!healthy) return [nameOf(object), 'Unknown', '', ''];
      const { status, message = '', error = '' } = healthy;
      return [nameOf(object), status === 'True' ? 'Healthy' : 'Unhealthy', message, error];
    },
  },
});
