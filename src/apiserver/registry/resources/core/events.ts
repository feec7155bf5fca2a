import type { FieldError } from '../../../../api/field-error.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { eventFields } from './event-fields.ts';
import { eventTable } from './event-table.ts';
import { validateEvent } from './event-validation.ts';

export const events = defineResource({
  group: '',
  resource: 'events',
  strategy: { validate: validateOldEvent, validateUpdate: validateOldEvent },
  table: eventTable,
  selectableFields: eventFields,
});

function validateOldEvent(event: Readonly<KubeObject>): FieldError[] {
  return validateEvent(event, 'reportingComponent');
}
