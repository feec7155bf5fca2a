/** Subsets as somebody wrote them, in their canonical form: each group of addresses once, with all ports that it offers. Mirrors RepackSubsets. */
import { objectsAt, textAt } from '../../api/json-fields.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';

export interface Subset {
  readonly ports: readonly JsonObject[];
  readonly addresses: readonly SubsetAddress[];
}

export interface SubsetAddress {
  readonly json: JsonObject;
  readonly ready: boolean;
}

interface Offer {
  /** `undefined`: the addresses have no port. */
  readonly port: JsonObject | undefined;
  /** By address: whether it is ready. */
  readonly ready: Map<string, boolean>;
}

/** An address that is ready for a port here and not there, isn't. Pure. */
export function repackedSubsets(subsets: readonly JsonObject[]): readonly Subset[] {
  const known = new Map<string, JsonObject>();
  const offers = new Map<string, Offer>();
  for (const subset of subsets) {
    const written = objectsAt(subset, 'ports');
    for (const port of written.length > 0 ? written : [undefined]) {
      const key = JSON.stringify(port ?? null);
      const offer = offers.get(key) ?? { port, ready: new Map<string, boolean>() };
      offers.set(key, offer);
      for (const address of objectsAt(subset, 'addresses')) add(offer, address, true, known);
      for (const address of objectsAt(subset, 'notReadyAddresses')) add(offer, address, false, known);
    }
  }
  const groups = new Map<string, { readonly ports: JsonObject[]; readonly addresses: readonly SubsetAddress[] }>();
  for (const { port, ready } of offers.values()) {
    const sorted = [...ready].toSorted(([left], [right]) => (left < right ? -1 : 1));
    const key = JSON.stringify(sorted);
    const addresses = sorted.map(([address, isReady]) => ({ json: known.get(address) ?? {}, ready: isReady }));
    const group = groups.get(key) ?? { ports: [], addresses };
    if (port) group.ports.push(port);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function add(offer: Offer, address: JsonObject, ready: boolean, known: Map<string, JsonObject>): void {
  const target = isJsonObject(address['targetRef']) ? address['targetRef'] : undefined;
  const key = JSON.stringify([textAt(address, 'ip'), textAt(target, 'uid')]);
  if (!known.has(key)) known.set(key, address);
  offer.ready.set(key, ready && (offer.ready.get(key) ?? true));
}
