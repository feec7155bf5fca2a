import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateConfigMap, validateConfigMapUpdate } from './keyed-data.ts';

interface ConfigMap {
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

export const configmaps = defineResource({
  group: '',
  resource: 'configmaps',
  strategy: { validate: validateConfigMap, validateUpdate: validateConfigMapUpdate },
  table: namedTable([textColumn('Data')], (object) => {
    const { data = {}, binaryData = {} } = viewAs<ConfigMap>(object);
    return [Object.keys(data).length + Object.keys(binaryData).length];
  }),
});
