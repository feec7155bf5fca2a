/** Signs certificates, as Go's x509.CreateCertificate lays them out. Never certificates of authorities. */
import { createPrivateKey, createPublicKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import type { AlternativeNames } from './certificate-request.ts';
import {
  childrenOf,
  contextTag,
  expectTag,
  objectIdentifierText,
  primitiveContextTag,
  readDer,
  tags,
  type DerValue,
} from './der-reader.ts';
import {
  bitString,
  boolean,
  derValue,
  directoryString,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
} from './der-writer.ts';
import type { DistinguishedName } from './distinguished-name.ts';
import { pemText } from './pem.ts';

export interface CertificateTemplate {
  /** Of a positive number. */
  readonly serialNumber: Uint8Array;
  readonly subject: DistinguishedName;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeyInfo: Uint8Array;
  readonly alternativeNames: AlternativeNames;
  /** Bits of the extension: 0 is digital signature, 2 key encipherment… */
  readonly keyUsages: readonly number[];
  /** Object identifiers. */
  readonly extendedKeyUsages: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface Issuer {
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
  /** Returns PEM. */
  issue(template: CertificateTemplate): string;
}

/** Of a certificate and its private key, PEM. @throws Error for what are none, or don't belong together */
export function createIssuer(certificatePem: string, keyPem: string): Issuer {
  const certificate = new X509Certificate(certificatePem);
  const key = createPrivateKey(keyPem);
  if (!certificate.checkPrivateKey(key)) throw new Error('the private key is not of the certificate');
  const [body] = childrenOf(readDer(certificate.raw));
  const fields = childrenOf(expectTag(body, tags.sequence)).filter(({ tag }) => tag !== contextTag(0));
  const name = expectTag(fields[4], tags.sequence).whole;
  const keyIdentifier = subjectKeyIdentifier(fields.find(({ tag }) => tag === contextTag(3)));
  const algorithm = signatureAlgorithm(createPublicKey(key));
  return {
    notAfter: certificate.validToDate.getTime(),
    issue(template) {
      const signed = sequence(
        derValue(contextTag(0), integer(Buffer.from([2]))),
        integer(template.serialNumber),
        algorithm.identifier,
        name,
        sequence(time(template.notBefore), time(template.notAfter)),
        distinguishedNameBytes(template.subject),
        template.publicKeyInfo,
        derValue(contextTag(3), sequence(...extensions(template, keyIdentifier))),
      );
      const signature = sign(algorithm.digest, signed, key);
      return pemText('CERTIFICATE', sequence(signed, algorithm.identifier, bitString(signature)));
    },
  };
}

function signatureAlgorithm(key: KeyObject): { readonly identifier: Buffer; readonly digest: string | null } {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'rsa') {
    return { identifier: sequence(objectIdentifier('1.2.840.113549.1.1.11'), derValue(tags.null)), digest: 'sha256' };
  }
  if (key.asymmetricKeyType === 'ed25519')
    return { identifier: sequence(objectIdentifier('1.3.101.112')), digest: null };
  if (key.asymmetricKeyType !== 'ec') throw new Error('an authority has a key of RSA, ECDSA or Ed25519');
  const [oid, digest] =
    curve === 'secp384r1'
      ? (['1.2.840.10045.4.3.3', 'sha384'] as const)
      : curve === 'secp521r1'
        ? (['1.2.840.10045.4.3.4', 'sha512'] as const)
        : (['1.2.840.10045.4.3.2', 'sha256'] as const);
  return { identifier: sequence(objectIdentifier(oid)), digest };
}

const extensionTypes = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  alternativeNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
};

function extension(type: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(type), ...(critical ? [boolean(true)] : []), octetString(value));
}

function extensions(template: CertificateTemplate, authorityKey: Buffer | undefined): Buffer[] {
  const { keyUsages, extendedKeyUsages, alternativeNames, subject } = template;
  const names = generalNames(alternativeNames);
  const types = extensionTypes;
  return [
    ...(keyUsages.length > 0 ? [extension(types.keyUsage, true, usageBits(keyUsages))] : []),
    ...(extendedKeyUsages.length > 0
      ? [extension(types.extendedKeyUsage, false, sequence(...extendedKeyUsages.map(objectIdentifier)))]
      : []),
    extension(types.basicConstraints, true, sequence()),
    ...(authorityKey
      ? [extension(types.authorityKeyIdentifier, false, sequence(derValue(primitiveContextTag(0), authorityKey)))]
      : []),
    ...(names.length > 0
      ? [extension(types.alternativeNames, subject.attributes.length === 0, sequence(...names))]
      : []),
  ];
}

function usageBits(usages: readonly number[]): Buffer {
  const highest = Math.max(...usages);
  const bytes = Buffer.alloc(highest < 8 ? 1 : 2);
  for (const bit of usages) {
    const index = bit < 8 ? 0 : 1;
    bytes[index] = (bytes[index] ?? 0) | (0x80 >> (bit % 8));
  }
  return bitString(bytes, bytes.length * 8 - 1 - highest);
}

function generalNames({ dnsNames, emailAddresses, ipAddresses, uris }: AlternativeNames): Buffer[] {
  const text = (tag: number) => (name: string) => derValue(primitiveContextTag(tag), Buffer.from(name));
  return [
    ...dnsNames.map(text(2)),
    ...emailAddresses.map(text(1)),
    ...ipAddresses.map((address) => derValue(primitiveContextTag(7), address)),
    ...uris.map(text(6)),
  ];
}

/** Country, organization, unit, locality, province, street, postal code: all values. Then common name and serial number: the last. */
const severalValued = ['2.5.4.6', '2.5.4.10', '2.5.4.11', '2.5.4.7', '2.5.4.8', '2.5.4.9', '2.5.4.17'];
const singleValued = ['2.5.4.3', '2.5.4.5'];

/** Of what a name says, no more than Go's pkix.Name knows: nobody asks for attributes that we give a meaning. */
function distinguishedNameBytes({ attributes }: DistinguishedName): Buffer {
  const valuesOf = (type: string): string[] =>
    attributes.flatMap((one) => (one.type === type && one.value !== undefined ? [one.value] : []));
  const relative = (type: string, values: readonly string[]): Buffer[] =>
    values.length === 0 ? [] : [setOf(values.map((value) => sequence(objectIdentifier(type), directoryString(value))))];
  return sequence(
    ...severalValued.flatMap((type) => relative(type, valuesOf(type))),
    ...singleValued.flatMap((type) =>
      relative(
        type,
        valuesOf(type)
          .slice(-1)
          .filter((value) => value !== ''),
      ),
    ),
  );
}

function subjectKeyIdentifier(list: DerValue | undefined): Buffer | undefined {
  if (!list) return undefined;
  const [all] = childrenOf(list);
  for (const one of childrenOf(expectTag(all, tags.sequence))) {
    const parts = childrenOf(expectTag(one, tags.sequence));
    const type = objectIdentifierText(expectTag(parts[0], tags.objectIdentifier));
    if (type !== extensionTypes.subjectKeyIdentifier) continue;
    return expectTag(readDer(expectTag(parts.at(-1), tags.octetString).content), tags.octetString).content;
  }
  return undefined;
}
