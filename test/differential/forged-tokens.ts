/** Makes tokens of service accounts as a case wants them: right in all but one thing. */
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { signingKey } from '../../src/apiserver/authn/json-web-token.ts';
import type { Forge, Json } from './case.ts';

type Fields = Readonly<Record<string, Json>>;

export interface TokenChanges {
  readonly header?: Fields;
  readonly claims?: (now: number, good: Fields) => Fields;
  readonly sign?: (text: string, forge: Forge) => Buffer;
  readonly whole?: (token: string) => string;
}

const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** Signs with a key of no server. */
export const byStranger = (text: string): Buffer =>
  sign('sha256', Buffer.from(text), { key: stranger, dsaEncoding: 'ieee-p1363' });

/** Takes the public key for a shared secret. */
export const byPublicKey = (text: string, { signingKey: pem }: Forge): Buffer => {
  const publicKey = createPublicKey(pem).export({ type: 'spki', format: 'pem' });
  return createHmac('sha256', publicKey).update(text).digest();
};

/** Of the account that was kept as `account`, in the case's namespace. */
export function forgedToken({ header, claims, sign: signed, whole }: TokenChanges): (forge: Forge) => string {
  return (forge) => {
    const now = Math.floor(Date.now() / 1000);
    const namespace = forge.kept('ns');
    const name = forge.kept('account.metadata.name');
    const good: Fields = {
      aud: [forge.issuer],
      exp: now + 600,
      iat: now,
      iss: forge.issuer,
      jti: '0a8d2b6e-3f3c-4d0e-8d8b-8f0f8b1d2c3e',
      'kubernetes.io': { namespace, serviceaccount: { name, uid: forge.kept('account.metadata.uid') } },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const key = signingKey(forge.signingKey);
    const head = { alg: key.algorithm, kid: key.keyId, ...header };
    const text = `${part(head)}.${part(claims ? claims(now, good) : good)}`;
    const signature = signed
      ? signed(text, forge)
      : sign('sha256', Buffer.from(text), { key: forge.signingKey, dsaEncoding: 'ieee-p1363' });
    const token = `${text}.${signature.toString('base64url')}`;
    return whole ? whole(token) : token;
  };
}

export function withoutSignature(token: string): string {
  return token.slice(0, token.lastIndexOf('.') + 1);
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
