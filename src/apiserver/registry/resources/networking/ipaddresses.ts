import { groupResourceText } from '../../../../api/gvk.ts';
import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { nameColumn, nameOf, textColumn, ageOf } from '../columns.ts';
import { viewAs } from '../view.ts';
import { ipAddressNameRule, validateIpAddress, validateIpAddressUpdate } from './service-range-validation.ts';

interface IpAddress {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly parentRef?: {
      readonly group?: string;
      readonly resource?: string;
      readonly namespace?: string;
      readonly name?: string;
    };
  };
}

export const ipaddresses = defineResource({
  group: 'networking.k8s.io',
  resource: 'ipaddresses',
  strategy: {
    nameRule: ipAddressNameRule,
    validate: validateIpAddress,
    validateUpdate: validateIpAddressUpdate,
  },
  table: {
    // Upstream gives three cells for its two columns.
    columns: [nameColumn, textColumn('ParentRef')],
    row(object, context) {
      const parent = viewAs<IpAddress>(object).spec?.parentRef;
      return [nameOf(object), parent ? parentText(parent) : '<none>', ageOf(object, context)];
    },
  },
});

type ParentRef = NonNullable<NonNullable<IpAddress['spec']>['parentRef']>;

function parentText({ group = '', resource = '', namespace = '', name = '' }: ParentRef): string {
  const kind = groupResourceText({ group, resource }).toLowerCase();
  return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}
