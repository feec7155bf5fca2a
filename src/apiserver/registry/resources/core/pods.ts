import { defineResource } from '../../resource-definition.ts';
import { podTable } from './pod-table.ts';

export const pods = defineResource({ group: '', resource: 'pods', table: podTable });
