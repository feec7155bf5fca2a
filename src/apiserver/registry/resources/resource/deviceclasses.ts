import { defineResource } from '../../resource-definition.ts';
import { namedTable } from '../columns.ts';

export const deviceclasses = defineResource({
  group: 'resource.k8s.io',
  resource: 'deviceclasses',
  table: namedTable([], () => []),
});
