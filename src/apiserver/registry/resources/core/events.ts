import { defineResource } from '../../resource-definition.ts';
import { eventFields } from './event-fields.ts';
import { eventTable } from './event-table.ts';

export const events = defineResource({
  group: '',
  resource: 'events',
  table: eventTable,
  selectableFields: eventFields,
});
