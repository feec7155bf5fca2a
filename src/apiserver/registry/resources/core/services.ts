import { labelNameRule } from '../../../../api/names.ts';
import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { viewAs } from '../view.ts';
import { clearFieldsOfOldType } from './service-type-fields.ts';
import { serviceTable } from './service-table.ts';
import { validateService, validateServiceUpdate } from './service-validation.ts';

interface Service {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly clusterIP?: string; readonly type?: string };
}

/** Mirrors pkg/registry/core/service. */
export const services = defineResource({
  group: '',
  resource: 'services',
  strategy: {
    nameRule: labelNameRule,
    prepareForUpdate: clearFieldsOfOldType,
    validate: (service) => validateService(service),
    validateUpdate: validateServiceUpdate,
  },
  table: serviceTable,
  selectableFields(service) {
    const { spec } = viewAs<Service>(service);
    return { 'spec.clusterIP': spec?.clusterIP ?? '', 'spec.type': spec?.type ?? '' };
  },
});
