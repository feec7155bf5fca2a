import type { ObjectMeta } from '../../../../api/object.ts';
import { clippedList } from '../clipped-list.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateEndpoints } from './endpoints-validation.ts';

interface Endpoints {
  readonly metadata: ObjectMeta;
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string }[];
    readonly ports?: readonly { readonly port: number }[];
  }[];
}

/** Mirrors printers formatEndpoints. */
export const endpoints = defineResource({
  group: '',
  resource: 'endpoints',
  strategy: {
    validate: (object) => validateEndpoints(object),
    validateUpdate: (object, old) => validateEndpoints(object, old),
  },
  table: namedTable([textColumn('Endpoints')], (object) => {
    const { subsets = [] } = viewAs<Endpoints>(object);
    return [subsets.length === 0 ? '<none>' : clippedList(subsets.flatMap(addressesOf), '')];
  }),
});

function addressesOf({ addresses = [], ports = [] }: NonNullable<Endpoints['subsets']>[number]): string[] {
  // Headless Services may have no ports.
  if (ports.length === 0) return addresses.map(({ ip }) => ip);
  return ports.flatMap(({ port }) =>
    addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
  );
}
