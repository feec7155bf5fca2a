/** What of a host's namespaces a tenant sees in which of its own. The way there and back; nothing else is ever touched. Pure. */

/** Read from `namespace/name` or `namespace/*`. */
export interface NamespaceMapping {
  readonly from: { readonly namespace: string; readonly name: string | undefined };
  readonly to: { readonly namespace: string; readonly name: string | undefined };
  readonly selector: string | undefined;
}

const part = '[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?';
const place = new RegExp(String.raw`^(${part})/(${part}|\*)$`);

/** @throws Error in words for who wrote it */
export function parseMapping(given: {
  readonly from: string;
  readonly to: string;
  readonly selector?: string;
}): NamespaceMapping {
  const from = placeOf(given.from);
  const to = placeOf(given.to);
  if ((from.name === undefined) !== (to.name === undefined))
    throw new Error(`"${given.from}" can't be seen as "${given.to}": either both name one object, or both end in /*`);
  return { from, to, selector: given.selector };
}

/** Where the host's object is seen, as a key; `undefined`: not by this mapping. */
export function tenantKeyOf({ from, to }: NamespaceMapping, namespace: string, name: string): string | undefined {
  if (namespace !== from.namespace || (from.name !== undefined && from.name !== name)) return undefined;
  return `${to.namespace}/${to.name ?? name}`;
}

/** The way back, as a key. */
export function hostKeyOf({ from, to }: NamespaceMapping, namespace: string, name: string): string | undefined {
  if (namespace !== to.namespace || (to.name !== undefined && to.name !== name)) return undefined;
  return `${from.namespace}/${from.name ?? name}`;
}

function placeOf(text: string): NamespaceMapping['from'] {
  const [, namespace, , name] = place.exec(text) ?? [];
  if (namespace === undefined || name === undefined)
    throw new Error(`"${text}" is no place of objects: it is written namespace/name or namespace/*`);
  return { namespace, name: name === '*' ? undefined : name };
}
