/**
 * Names of a tenant's objects on the host: all namespaces of all tenants of a host namespace share one name space there.
 *
 * The argument that no two objects ever meet under one name: a name is either *plain*, `<name>-x-<namespace>-x-<tenant>`, and then taking it
 * apart at `-x-` gives the three parts it was made of, and only those; or it is *digested*, and then it has no `-x-` in it, so
 * it equals no plain one, and ends in 130 bits of SHA-256 over the three parts, each with its length before it.
 *
 * The way back is by annotations (`marks.ts`), never by taking a name apart.
 */
import { createHash } from 'node:crypto';
import { nameOn, type Name, type ObjectRef } from '../api/side.ts';

/** Names of Services and pod host names are DNS labels: what fits them fits every kind. */
const nameLengthMax = 63;
const digestLength = 26;
const separator = '-x-';

/**
 * The host name of a tenant's object. Total, deterministic and injective; the result is a valid DNS-1123 subdomain (a DNS-1035 label where `name`
 * is one) of at most 63 characters, for any parts that are valid names.
 */
export function hostName(tenant: string, namespace: Name<'tenant'>, name: Name<'tenant'>): Name<'host'> {
  const plain = [name, namespace, tenant].join(separator);
  if (plain.length <= nameLengthMax && takesApart(plain, [name, namespace, tenant])) return nameOn('host', plain);
  return nameOn('host', `${readablePrefix(name)}-${digest([tenant, namespace, name])}`);
}

/**
 * The host name of something that Sublet makes for a tenant's object and that is not its copy (the secret with a pod's tokens). Apart from every
 * {@link hostName}, and from the derived names of other purposes.
 */
export function derivedHostName(
  tenant: string,
  namespace: Name<'tenant'>,
  name: Name<'tenant'>,
  purpose: string,
): Name<'host'> {
  return nameOn('host', `${readablePrefix(name)}-${digest([tenant, namespace, name, purpose])}`);
}

/**
 * The way back from a plain name, for texts only (`host-texts.ts`): what it was made of. `undefined` for a digested name, and for any that isn't this
 * tenant's.
 */
export function takePlainApart(tenant: string, hostName: string): ObjectRef<'tenant'> | undefined {
  const [name, namespace, last, ...more] = hostName.split(separator);
  if (!name || !namespace || last !== tenant || more.length > 0 || hostName.length > nameLengthMax) return undefined;
  return { namespace: nameOn('tenant', namespace), name: nameOn('tenant', name) };
}

function takesApart(plain: string, parts: readonly string[]): boolean {
  const found = plain.split(separator);
  return found.length === parts.length && found.every((part, index) => part === parts[index]);
}

function readablePrefix(name: string): string {
  let prefix = name.slice(0, nameLengthMax - digestLength - 1);
  while (prefix.includes(separator)) prefix = prefix.replaceAll(separator, '-');
  // What is cut may end anywhere, and `-x` followed by the digest's dash would be a separator.
  return prefix.replace(/([-.]|-x)+$/, '');
}

function digest(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return base32(hash.digest()).slice(0, digestLength);
}

/** What a digested name ends in. */
export const digestAtEnd = new RegExp(`-[0-9a-v]{${digestLength}}(?=$|\\.)`);

/** 32 characters that are safe in a DNS label; no `x`, which separates. */
const base32Alphabet = '0123456789abcdefghijklmnopqrstuv';

function base32(bytes: Uint8Array): string {
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32Alphabet[(pending >> bits) & 31] ?? '';
    }
  }
  return text;
}
