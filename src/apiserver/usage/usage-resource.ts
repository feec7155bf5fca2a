/**
 * The resources of metrics.k8s.io, where the server itself tells them: asked for when somebody asks, never stored. A cluster's own metrics server
 * comes before them as soon as an APIService names it. Mirrors metrics-server pkg/api, v0.8.
 */
import { addQuantities, parseQuantity, quantityText } from '../../api/quantity.ts';
import type { KubeObject } from '../../api/object.ts';
import { usageApiVersion, usageGroup, usageVersion, type NodeUsage, type PodUsage } from '../../api/usage.ts';
import type { DiscoveredResource } from '../discovery/resource-catalog.ts';
import { openSchema } from '../../schema/open-schema.ts';
import { defineResource, type Column, type TablePrinter } from '../registry/resource-definition.ts';
import { nameColumn, nameOf } from '../registry/resources/columns.ts';
import { viewAs } from '../registry/resources/view.ts';
import type { ServedResource } from '../registry/served-resource.ts';

type Measured = 'pods' | 'nodes';

const kinds: Readonly<Record<Measured, string>> = { pods: 'PodMetrics', nodes: 'NodeMetrics' };
const verbs = ['get', 'list'] as const;

export function usageFacts(measured: Measured): DiscoveredResource {
  return {
    group: usageGroup,
    version: usageVersion,
    plural: measured,
    singular: '',
    kind: kinds[measured],
    namespaced: measured === 'pods',
    shortNames: [],
    categories: [],
    verbs,
    subresources: [],
    storageVersionHash: '',
  };
}

export function usageResource(measured: Measured): ServedResource {
  const kind = kinds[measured];
  const gvk = { group: usageGroup, version: usageVersion, kind };
  const table = measured === 'pods' ? podTable : nodeTable;
  return {
    gr: { group: usageGroup, resource: measured },
    version: usageVersion,
    singular: '',
    gvk,
    apiVersion: usageApiVersion,
    kind,
    table,
    listKind: `${kind}List`,
    namespaced: measured === 'pods',
    verbs,
    subresources: [],
    // Nothing is ever decoded by it.
    schema: openSchema,
    definition: defineResource({ group: usageGroup, resource: measured, virtual: true, table }),
    protobuf: false,
    storageGvk: gvk,
    storageSchema: openSchema,
    applyDefaults: () => undefined,
    storagePrefix: `/registry/${usageGroup}/${measured}/`,
    toStorage: undefined,
    fromStorage: undefined,
  };
}

const columns: readonly Column[] = [
  nameColumn,
  { name: 'cpu', type: 'string' },
  { name: 'memory', type: 'string' },
  { name: 'Window', type: 'string' },
];

const podTable: TablePrinter = {
  columns,
  row(object: Readonly<KubeObject>) {
    const { containers, window } = viewAs<KubeObject & PodUsage>(object);
    const sum = (resource: string): string =>
      quantityText(
        containers.map(({ usage }) => parseQuantity(usage[resource] ?? '0')).reduce(addQuantities, parseQuantity('0')),
      );
    return [nameOf(object), sum('cpu'), sum('memory'), window];
  },
};

const nodeTable: TablePrinter = {
  columns,
  row(object: Readonly<KubeObject>) {
    const { usage, window } = viewAs<KubeObject & NodeUsage>(object);
    return [nameOf(object), usage['cpu'] ?? '0', usage['memory'] ?? '0', window];
  },
};
