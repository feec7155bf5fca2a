/** Signed JSON web tokens in their compact form: RS256, ES256, ES384, ES512, and nothing else. */
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { parseJson } from '../../api/codec/parse-json.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';

export interface SigningKey {
  readonly algorithm: Algorithm;
  /** Mirrors kubernetes serviceaccount keyIDFromPublicKey. */
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** Absent: it only verifies. */
  readonly privateKey?: KeyObject;
}

type Algorithm = 'RS256' | 'ES256' | 'ES384' | 'ES512';

const curves: Readonly<Record<string, Algorithm>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/** `pem`: a private key, or a public one. Throws for keys of other kinds. */
export function signingKey(pem: string): SigningKey {
  const isPrivate = pem.includes('PRIVATE KEY');
  const publicKey = createPublicKey(pem);
  const keyId = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return {
    algorithm: algorithmOf(publicKey),
    keyId,
    publicKey,
    ...(isPrivate ? { privateKey: createPrivateKey(pem) } : {}),
  };
}

/** Claims are written in the order of their names, as upstream's library does. `header`: what else stands in it. */
export function signToken(key: SigningKey, claims: JsonObject, header: JsonObject = {}): string {
  if (!key.privateKey) throw new Error('the key cannot sign: it is a public one');
  const sorted = Object.fromEntries(Object.entries(claims).toSorted(([left], [right]) => (left < right ? -1 : 1)));
  const text = `${encode({ alg: key.algorithm, kid: key.keyId, ...header })}.${encode(sorted)}`;
  const signature = sign(digestOf(key.algorithm), Buffer.from(text), {
    key: key.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${text}.${signature.toString('base64url')}`;
}

const partsPattern = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/**
 * What the token says, unverified. `undefined`: it is no such token. One token has one spelling: Node's decoder would look over foreign characters.
 */
export function readToken(token: string): { header: JsonObject; claims: JsonObject } | undefined {
  if (!partsPattern.test(token)) return undefined;
  const parts = token.split('.');
  if (parts.some((part) => part.length % 4 === 1)) return undefined;
  const [header, claims] = parts.map(decode);
  if (!header || !claims) return undefined;
  // Extensions that must be understood, and keys that come along with what they sign: nothing of ours.
  return 'crit' in header || 'jwk' in header ? undefined : { header, claims };
}

/** Why none of `keys` signed it: the one that the token names, or, if it names none, any. `undefined`: one did. */
export function signatureError(token: string, header: JsonObject, keys: readonly SigningKey[]): string | undefined {
  const { kid = '' } = header;
  const named = kid === '' ? keys : keys.filter(({ keyId }) => keyId === kid);
  if (named.length === 0) return 'invalid signature, no keys found';
  // The key says which algorithm, never the token.
  const fitting = named.filter(({ algorithm }) => algorithm === header['alg']);
  if (fitting.length === 0) return 'go-jose/go-jose: unknown/unsupported algorithm';
  return isSigned(token, fitting) ? undefined : 'go-jose/go-jose: error in cryptographic primitive';
}

function isSigned(token: string, keys: readonly SigningKey[]): boolean {
  const end = token.lastIndexOf('.');
  const signed = Buffer.from(token.slice(0, end));
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  return keys.some(({ algorithm, publicKey }) =>
    verify(digestOf(algorithm), signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature),
  );
}

/** For who verifies tokens without asking us. Fields in upstream's order. */
export function keySetOf(keys: readonly SigningKey[]): JsonObject {
  const all = keys.map(({ algorithm: alg, keyId: kid, publicKey }) => {
    const { kty = '', crv, x, y, n, e } = publicKey.export({ format: 'jwk' });
    const fields = { use: 'sig', kty, kid, crv, alg, x, y, n, e };
    return Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => Boolean(field[1])));
  });
  return { keys: all };
}

function algorithmOf(key: KeyObject): Algorithm {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  const algorithm = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (algorithm === undefined)
    throw new Error('keys of service-account tokens are RSA, or ECDSA of P-256, P-384, P-521');
  return algorithm;
}

function digestOf(algorithm: Algorithm): string {
  return `sha${algorithm.slice(2)}`;
}

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): JsonObject | undefined {
  try {
    const value: unknown = parseJson(Buffer.from(part, 'base64url').toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    // Not a token.
    return undefined;
  }
}
