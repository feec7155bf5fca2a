import type { KubeObject } from '../../../../api/object.ts';
import { pathSegmentNameRule } from '../../../../api/names.ts';
import {
  availableCondition,
  localAvailability,
  withAvailability,
  type ApiService,
} from '../../../aggregation/api-service.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateApiService, validateApiServiceStatus } from './apiservice-validation.ts';

export const apiservices = defineResource({
  group: 'apiregistration.k8s.io',
  resource: 'apiservices',
  strategy: {
    nameRule: pathSegmentNameRule,
    // Local ones are available from their creation.
    prepareForCreate(object, { now }) {
      if (viewAs<ApiService>(object).spec?.service) return;
      object['status'] = { conditions: withAvailability([], localAvailability, now).map((one) => ({ ...one })) };
    },
    validate: validateApiService,
    validateUpdate: validateApiService,
    validateStatusUpdate: validateApiServiceStatus,
  },
  table: {
    columns: [nameColumn, textColumn('Service'), textColumn('Available'), ageColumn],
    row: (object, context) => [nameOf(object), serviceText(object), availableText(object), ageOf(object, context)],
  },
});

function serviceText(object: Readonly<KubeObject>): string {
  const service = viewAs<ApiService>(object).spec?.service;
  return service ? `${service.namespace ?? ''}/${service.name ?? ''}` : 'Local';
}

function availableText(object: Readonly<KubeObject>): string {
  const { status, reason } = availableCondition(viewAs<ApiService>(object)) ?? { status: 'Unknown' };
  return status !== 'True' && reason ? `${status} (${reason})` : status;
}
