import { defineResource } from '../../resource-definition.ts';
import { serviceTable } from './service-table.ts';

export const services = defineResource({ group: '', resource: 'services', table: serviceTable });
