/** Requests for certificates (PKCS #10), base64 of their PEM, with keys that are made once. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const keys = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
const rsaKeys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify']);

export interface RequestOptions {
  readonly hosts?: readonly x509.JsonGeneralName[];
  readonly algorithm?: 'ecdsa' | 'rsa';
}

/** `name`: `CN=jane,O=developers`. */
export async function requestPem(
  name: string,
  { hosts = [], algorithm = 'ecdsa' }: RequestOptions = {},
): Promise<string> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name,
    keys: algorithm === 'ecdsa' ? keys : rsaKeys,
    signingAlgorithm: algorithm === 'ecdsa' ? ecdsa : rsa,
    extensions: hosts.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...hosts])],
  });
  return `${request.toString('pem')}\n`;
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
