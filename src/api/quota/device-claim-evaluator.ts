/**
 * What claims of devices use of a quota: themselves, and as many devices of each class as they may get. Mirrors kubernetes
 * pkg/quota/v1/evaluator/core/resource_claims.go, v1.36, but for extended resources that a class stands for. Pure.
 */
import { objectAt, objectsAt, textAt } from '../json-fields.ts';
import type { JsonObject } from '../json.ts';
import type { Evaluator } from './evaluator.ts';

const countName = 'count/resourceclaims.resource.k8s.io';
const classSuffix = '.deviceclass.resource.k8s.io/devices';
/** A claim for all devices may get so many: AllocationResultsMaxSize. */
const devicesMax = 32;

export const deviceClaimEvaluator: Evaluator = {
  handles: (_operation, subresource) => subresource === '',
  matching: (names) => names.filter((name) => name === countName || name.endsWith(classSuffix)),
  matchesScope: () => false,
  usage(claim) {
    const devices = new Map<string, number>();
    // An object of the API is JSON all through.
    const spec = objectAt(claim as unknown as JsonObject, 'spec');
    for (const request of objectsAt(objectAt(spec, 'devices'), 'requests'))
      for (const [name, count] of devicesOf(request)) devices.set(name, (devices.get(name) ?? 0) + count);
    const perClass = Array.from(devices, ([name, count]) => [`${name}${classSuffix}`, String(count)]);
    return { [countName]: '1', ...Object.fromEntries(perClass) };
  },
};

/** By class. Of alternatives that which needs the most of a class counts for it. */
function devicesOf(request: JsonObject): ReadonlyMap<string, number> {
  const alternatives = objectsAt(request, 'firstAvailable');
  const exactly = objectAt(request, 'exactly');
  const most = new Map<string, number>();
  for (const one of alternatives.length > 0 ? alternatives : exactly ? [exactly] : []) {
    const name = textAt(one, 'deviceClassName');
    most.set(name, Math.max(most.get(name) ?? 0, countOf(one)));
  }
  return most;
}

function countOf(request: JsonObject): number {
  const count = request['count'];
  switch (textAt(request, 'allocationMode')) {
    case 'ExactCount':
      return typeof count === 'number' ? count : 0;
    case 'All':
      return devicesMax;
    default:
      // A mode that we don't know can't be counted.
      return 0;
  }
}
