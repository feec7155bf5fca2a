/** Which quality of service a pod gets. Mirrors pkg/apis/core/helper/qos ComputePodQOS. */
import type { ObjectMeta } from './object.ts';
import { addQuantities, compareQuantities, parseQuantity, type Quantity } from './quantity.ts';

export type QualityOfService = 'Guaranteed' | 'Burstable' | 'BestEffort';

type ResourceList = Readonly<Record<string, string>>;

interface Requirements {
  readonly requests?: ResourceList;
  readonly limits?: ResourceList;
}

export interface PodWithResources {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly resources?: Requirements;
    readonly containers?: readonly { readonly resources?: Requirements }[];
    readonly initContainers?: readonly { readonly resources?: Requirements }[];
  };
}

const counted = ['cpu', 'memory'];
const zero = parseQuantity('0');

/** Of a pod whose quantities have been read before. */
export function qualityOfService({ spec }: PodWithResources): QualityOfService {
  const parts = spec.resources
    ? [spec.resources]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources ?? {});
  const requests = new Map<string, Quantity>();
  const limits = new Map<string, Quantity>();
  let limited = true;
  for (const part of parts) {
    add(requests, part.requests);
    limited = add(limits, part.limits) === counted.length && limited;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  const equal = [...requests].every(([name, quantity]) => {
    const limit = limits.get(name);
    return limit !== undefined && compareQuantities(limit, quantity) === 0;
  });
  return limited && equal && requests.size === limits.size ? 'Guaranteed' : 'Burstable';
}

/** Adds what counts to `sum`, and says how many resources it was. */
function add(sum: Map<string, Quantity>, list: ResourceList | undefined): number {
  let added = 0;
  for (const name of counted) {
    const text = list?.[name];
    const quantity = text === undefined ? zero : parseQuantity(text);
    if (compareQuantities(quantity, zero) <= 0) continue;
    const present = sum.get(name);
    sum.set(name, present ? addQuantities(present, quantity) : quantity);
    added++;
  }
  return added;
}
