import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';

interface ResourceSlice {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly nodeName?: string;
    readonly driver?: string;
    readonly pool?: { readonly name?: string };
  };
}

export const resourceslices = defineResource({
  group: 'resource.k8s.io',
  resource: 'resourceslices',
  table: namedTable(['Node', 'Driver', 'Pool'].map(textColumn), (object) => {
    const { spec } = viewAs<ResourceSlice>(object);
    return [spec?.nodeName ?? '', spec?.driver ?? '', spec?.pool?.name ?? ''];
  }),
  selectableFields(object) {
    const { spec } = viewAs<ResourceSlice>(object);
    return { 'spec.nodeName': spec?.nodeName ?? '', 'spec.driver': spec?.driver ?? '' };
  },
});
