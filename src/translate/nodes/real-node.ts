/**
 * A host's node as a tenant sees it: labels, taints, capacity, conditions. Never its annotations (notes of the host's network and storage), its
 * images (they tell what other tenants run), its volumes and its pod ranges.
 */
import { cloneJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { plainImage, type Image } from '../mirrors/image.ts';
import { nodeSpec, nodeStatus } from './node-view.ts';

/** What of real nodes can be hidden from tenants. */
export const hideableOfNodes = ['taints', 'addresses'] as const;
type Hideable = (typeof hideableOfNodes)[number];

const hostnameLabel = 'kubernetes.io/hostname';
const shownStatus = ['capacity', 'allocatable', 'runtimeHandlers', 'features', 'declaredFeatures'] as const;
/** Tell one machine from another. */
const identities = ['machineID', 'systemUUID', 'bootID'] as const;

/** `hidden`: of `addresses`, also the machine's identities and its name for itself. */
export function realNode(source: On<'host', KubeObject>, hidden: ReadonlySet<string>): Image {
  const hides = (what: Hideable): boolean => hidden.has(what);
  const { name, labels, ...image } = plainImage(source);
  const { taints = [], unschedulable, providerID } = nodeSpec(source);
  const spec: JsonObject = {
    ...(hides('taints') || taints.length === 0 ? {} : { taints: cloneJson(taints) }),
    ...(unschedulable === true ? { unschedulable } : {}),
    ...(hides('addresses') || !providerID ? {} : { providerID }),
  };
  return {
    ...image,
    name,
    labels: hides('addresses') && hostnameLabel in labels ? { ...labels, [hostnameLabel]: name } : labels,
    annotations: {},
    fields: { spec },
    status: shownOf(name, nodeStatus(source), hides('addresses')),
  };
}

function shownOf(name: string, status: JsonObject, withoutAddresses: boolean): JsonObject {
  const shown: JsonObject = { conditions: cloneJson(status['conditions'] ?? []) };
  for (const field of shownStatus) {
    const value = status[field];
    if (value !== undefined) shown[field] = cloneJson(value);
  }
  shown['addresses'] = withoutAddresses ? [{ type: 'Hostname', address: name }] : cloneJson(status['addresses'] ?? []);
  shown['nodeInfo'] = nodeInfo(status['nodeInfo'], withoutAddresses);
  return shown;
}

function nodeInfo(info: JsonValue | undefined, withoutIdentities: boolean): JsonObject {
  const shown = cloneJson((info ?? {}) as JsonObject);
  if (withoutIdentities) for (const field of identities) shown[field] = '';
  return shown;
}

/** Takes out of a host's node, in place, what is never shown: it would only cost memory. */
export function withoutUnshown(node: KubeObject): void {
  delete node.metadata['managedFields'];
  delete node.metadata.annotations;
  const status = nodeStatus(node);
  for (const field of ['images', 'volumesInUse', 'volumesAttached', 'config']) delete status[field];
}
