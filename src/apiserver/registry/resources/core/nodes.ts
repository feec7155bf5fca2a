import { defineResource } from '../../resource-definition.ts';
import { nodeTable } from './node-table.ts';

export const nodes = defineResource({ group: '', resource: 'nodes', table: nodeTable });
