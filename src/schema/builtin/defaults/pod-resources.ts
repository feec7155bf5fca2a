/**
 * Resources of a pod as a whole: what it leaves open follows from its containers. Mirrors defaultHugePagePodLimits and
 * defaultPodRequests of pkg/apis/core/v1/defaults.go, and component-helpers' AggregateContainerRequests.
 */
import type { JsonObject } from '../../../api/json.ts';
import { quantityText } from '../../../api/quantity.ts';
import { objectAt, objectsAt } from '../../../api/json-fields.ts';
import { isEmptyAt } from './go-fields.ts';
import { addTo, quantitiesOf, raiseTo, type Quantities } from './resource-list.ts';

const hugePages = 'hugepages-';

/** Changes `spec.resources`, if there are any. The containers' own requests must have been filled in. */
export function defaultPodResources(spec: JsonObject): void {
  const resources = objectAt(spec, 'resources');
  if (!resources || (isEmptyAt(resources, 'limits') && isEmptyAt(resources, 'requests'))) return;
  defaultLimits(resources, spec);
  if (!isEmptyAt(resources, 'limits')) defaultRequests(resources, spec);
}

function defaultLimits(resources: JsonObject, spec: JsonObject): void {
  const limits: JsonObject = { ...objectAt(resources, 'limits') };
  const requests = objectAt(resources, 'requests') ?? {};
  for (const [name, quantity] of aggregate(spec, 'limits')) {
    if (!name.startsWith(hugePages) || Object.hasOwn(requests, name) || Object.hasOwn(limits, name)) continue;
    limits[name] = quantityText(quantity);
  }
  if (Object.keys(limits).length > 0) resources['limits'] = limits;
}

function defaultRequests(resources: JsonObject, spec: JsonObject): void {
  const requests: JsonObject = { ...objectAt(resources, 'requests') };
  for (const [name, quantity] of aggregate(spec, 'requests')) {
    // Huge pages can't be overcommitted: their request is the limit.
    if ((name === 'cpu' || name === 'memory') && !Object.hasOwn(requests, name))
      requests[name] = quantityText(quantity);
  }
  for (const [name, limit] of Object.entries(objectAt(resources, 'limits') ?? {})) {
    const isSupported = name === 'cpu' || name === 'memory' || name.startsWith(hugePages);
    if (isSupported && !Object.hasOwn(requests, name)) requests[name] = limit;
  }
  if (Object.keys(requests).length > 0) resources['requests'] = requests;
}

/** What the pod needs at its peak: its containers and sidecars together, or one init container with the sidecars before it. */
function aggregate(spec: JsonObject, of: 'limits' | 'requests'): Quantities {
  const total: Quantities = new Map();
  for (const container of objectsAt(spec, 'containers')) addTo(total, resourcesOf(container, of));
  const sidecars: Quantities = new Map();
  const peak: Quantities = new Map();
  for (const container of objectsAt(spec, 'initContainers')) {
    const own = resourcesOf(container, of);
    if (container['restartPolicy'] === 'Always') {
      addTo(total, own);
      addTo(sidecars, own);
      raiseTo(peak, sidecars);
    } else {
      addTo(own, sidecars);
      raiseTo(peak, own);
    }
  }
  raiseTo(total, peak);
  return total;
}

function resourcesOf(container: JsonObject, of: 'limits' | 'requests'): Quantities {
  return quantitiesOf(objectAt(objectAt(container, 'resources'), of));
}
