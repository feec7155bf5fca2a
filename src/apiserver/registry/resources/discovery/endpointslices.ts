import { equalJson } from '../../../../api/json.ts';
import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { clippedList } from '../clipped-list.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';

interface EndpointSlice {
  readonly metadata: ObjectMeta;
  readonly addressType?: string;
  readonly ports?: readonly { readonly port?: number; readonly name?: string }[];
  readonly endpoints?: readonly { readonly addresses?: readonly string[] }[];
}

/** Mirrors pkg/registry/discovery/endpointslice. */
export const endpointslices = defineResource({
  group: 'discovery.k8s.io',
  resource: 'endpointslices',
  strategy: {
    prepareForUpdate(slice, old) {
      // Labels count as well: they name the slice's Service.
      if (!equalJson(slice.metadata.labels ?? {}, old.metadata.labels ?? {})) {
        slice.metadata.generation = (old.metadata.generation ?? 0) + 1;
      }
    },
  },
  table: namedTable([textColumn('AddressType'), textColumn('Ports'), textColumn('Endpoints')], (object) => {
    const { addressType = '', ports = [], endpoints = [] } = viewAs<EndpointSlice>(object);
    return [
      addressType,
      clippedList(
        ports.map(({ port, name }) => String(port ?? name ?? '*')),
        '<unset>',
      ),
      clippedList(
        endpoints.flatMap(({ addresses = [] }) => addresses),
        '<unset>',
      ),
    ];
  }),
});
