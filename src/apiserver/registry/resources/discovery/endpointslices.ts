import { objectsAt } from '../../../../api/json-fields.ts';
import { equalJson } from '../../../../api/json.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { clippedList } from '../clipped-list.ts';
import { namedTable, textColumn } from '../columns.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './endpointslice-validation.ts';

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
    validate: (slice) => validateEndpointSlice(slice),
    validateUpdate: validateEndpointSliceUpdate,
    prepareForCreate: dropTopology,
    warnings: (slice) =>
      viewAs<EndpointSlice>(slice).addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [],
    prepareForUpdate(slice, old) {
      dropTopology(slice);
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

/** Writes by this version of the API don't have it. May mutate. */
function dropTopology(slice: KubeObject): void {
  for (const endpoint of objectsAt(jsonOf(slice), 'endpoints')) delete endpoint['deprecatedTopology'];
}
