import { defineResource } from '../../resource-definition.ts';
import { namedTable } from '../columns.ts';

export const resourceclaimtemplates = defineResource({
  group: 'resource.k8s.io',
  resource: 'resourceclaimtemplates',
  table: namedTable([], () => []),
});
