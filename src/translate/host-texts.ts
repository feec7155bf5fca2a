/** Texts that come from the host with names of the host in them. Pure. */
import { isJsonObject, type JsonValue } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import { nameOn, type On } from '../api/side.ts';
import type { Origin, Place } from './marks.ts';
import { digestAtEnd, hostName, takePlainApart } from './names.ts';
import { viewPod } from './pods/pod-view.ts';
import { referencedNames, type ReferencedKind } from './pods/references.ts';
import { tokenSecretName } from './pods/tokens.ts';
import { claimMadeForPod } from './pods/volumes.ts';

/** The tenant's word for a host name that can't be taken apart. `undefined`: not a name of this tenant's. */
export type NameLookup = (hostName: string) => string | undefined;

/** What may be a name, and with a domain behind it: `web-x-one-x-a.host-namespace.svc`. */
const nameLike = /[a-z0-9][-a-z0-9.]*/g;
/** A name and a domain behind it are shorter. */
const wordLengthMax = 320;
const referencedKinds: readonly ReferencedKind[] = ['configmaps', 'secrets', 'persistentvolumeclaims'];

/**
 * Makes texts about a tenant's object speak of the tenant: host names become the names that the tenant knows, and the host namespace the
 * object's own. `lookup`: for names with a digest in them, which say nothing of where they come from.
 */
export function scrubber(place: Place, about: Origin, lookup: NameLookup = () => undefined): (text: string) => string {
  const hostNamespace = new RegExp(`(?<![-a-z0-9])${escaped(place.hostNamespace)}(?![-a-z0-9])`, 'g');
  const own = hostName(place.tenant, about.namespace, about.name);
  const tenantWord = (word: string): string => {
    if (word.length > wordLengthMax) return word;
    // A text may go on after a name with a dot: a full stop, a domain.
    for (let end = word.length; end > 0; end = word.lastIndexOf('.', end - 1)) {
      const name = word.slice(0, end);
      const known = takePlainApart(place.tenant, name)?.name ?? lookup(name);
      if (known !== undefined) return known + word.slice(end);
    }
    // Nobody knows what it was made of: its readable part will do.
    return word.replace(digestAtEnd, '');
  };
  return (text) =>
    text.replaceAll(own, about.name).replaceAll(nameLike, tenantWord).replaceAll(hostNamespace, about.namespace);
}

/** Takes host names out of every `message`, at any depth. Changes in place: `value` is the caller's own copy. */
export function scrubMessages(value: JsonValue | undefined, scrub: (text: string) => string): void {
  if (Array.isArray(value)) for (const item of value) scrubMessages(item, scrub);
  else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'message' && typeof inner === 'string') value[key] = scrub(inner);
      else scrubMessages(inner, scrub);
    }
  }
}

/** The host names of all that a pod names. */
export function namesInPod(place: Place, pod: On<'tenant', KubeObject>): NameLookup {
  const { namespace = '', name: podName = '' } = pod.metadata;
  const within = nameOn('tenant', namespace);
  const names = new Map<string, string>();
  const { spec } = viewPod(pod);
  const claims = (spec.volumes ?? []).flatMap(({ name, ephemeral }) =>
    ephemeral ? [claimMadeForPod(podName, name)] : [],
  );
  for (const name of [...referencedKinds.flatMap((kind) => referencedNames(spec, kind)), ...claims])
    names.set(hostName(place.tenant, within, nameOn('tenant', name)), name);
  names.set(tokenSecretName(place.tenant, within, nameOn('tenant', podName)), `${podName}-tokens`);
  return (name) => names.get(name);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
