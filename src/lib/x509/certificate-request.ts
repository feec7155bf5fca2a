/** Requests for certificates (PKCS #10), as Go's crypto/x509 reads and checks them. */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import {
  bitStringBytes,
  childrenOf,
  contextTag,
  DerError,
  expectTag,
  objectIdentifierText,
  primitiveContextTag,
  readDer,
  tags,
  type DerValue,
} from './der-reader.ts';
import { distinguishedName, type DistinguishedName } from './distinguished-name.ts';
import { pemBlocks } from './pem.ts';

export interface AlternativeNames {
  readonly dnsNames: readonly string[];
  readonly emailAddresses: readonly string[];
  /** Of 4 or 16 bytes. */
  readonly ipAddresses: readonly Buffer[];
  readonly uris: readonly string[];
}

export interface CertificateRequest {
  readonly subject: DistinguishedName;
  readonly publicKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeyInfo: Buffer;
  readonly alternativeNames: AlternativeNames;
  /** What was signed, and how. */
  readonly signed: Buffer;
  readonly signatureAlgorithm: string;
  readonly signature: Buffer;
}

const extensionRequest = '1.2.840.113549.1.9.14';
const subjectAlternativeName = '2.5.29.17';
const algorithms: Readonly<Record<string, { readonly digest: string | null; readonly key: string }>> = {
  '1.2.840.113549.1.1.5': { digest: 'sha1', key: 'rsa' },
  '1.2.840.113549.1.1.11': { digest: 'sha256', key: 'rsa' },
  '1.2.840.113549.1.1.12': { digest: 'sha384', key: 'rsa' },
  '1.2.840.113549.1.1.13': { digest: 'sha512', key: 'rsa' },
  '1.2.840.10045.4.1': { digest: 'sha1', key: 'ec' },
  '1.2.840.10045.4.3.2': { digest: 'sha256', key: 'ec' },
  '1.2.840.10045.4.3.3': { digest: 'sha384', key: 'ec' },
  '1.2.840.10045.4.3.4': { digest: 'sha512', key: 'ec' },
  '1.3.101.112': { digest: null, key: 'ed25519' },
};

/** Or, as a text, why `pem` is none. Its signature is not checked. */
export function certificateRequest(pem: string): CertificateRequest | string {
  const [block] = pemBlocks(pem);
  if (block?.type !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  try {
    return requestOf(readDer(block.bytes));
  } catch (error) {
    if (error instanceof DerError) return `asn1: ${error.message}`;
    throw error;
  }
}

/** Why the request is not signed by its own key; `undefined`: it is. */
export function requestSignatureError(request: CertificateRequest): string | undefined {
  const { publicKey, signatureAlgorithm, signed, signature } = request;
  const algorithm = Object.hasOwn(algorithms, signatureAlgorithm) ? algorithms[signatureAlgorithm] : undefined;
  if (!algorithm) return 'x509: cannot verify signature: algorithm unimplemented';
  if (algorithm.key !== publicKey.asymmetricKeyType)
    return `x509: signature algorithm specifies an ${algorithm.key.toUpperCase()} public key, but have public key of another type`;
  if (isVerified(algorithm.digest, signed, publicKey, signature)) return undefined;
  if (algorithm.key === 'rsa') return 'crypto/rsa: verification error';
  return `x509: ${algorithm.key === 'ec' ? 'ECDSA' : 'Ed25519'} verification failure`;
}

function isVerified(digest: string | null, signed: Buffer, key: KeyObject, signature: Buffer): boolean {
  try {
    return verify(digest, signed, key, signature);
  } catch {
    // A key that OpenSSL doesn't want to use.
    return false;
  }
}

function requestOf(value: DerValue): CertificateRequest {
  const [info, algorithm, signature] = childrenOf(expectTag(value, tags.sequence));
  const signed = expectTag(info, tags.sequence);
  const [version, subject, publicKeyInfo, attributes] = childrenOf(signed);
  expectTag(version, tags.integer);
  const keyInfo = expectTag(publicKeyInfo, tags.sequence).whole;
  const [algorithmType] = childrenOf(expectTag(algorithm, tags.sequence));
  const extensions = attributes ? requestedExtensions(expectTag(attributes, contextTag(0))) : [];
  const names = extensions.find(({ type }) => type === subjectAlternativeName);
  return {
    subject: distinguishedName(expectTag(subject, tags.sequence)),
    publicKey: publicKeyOf(keyInfo),
    publicKeyInfo: keyInfo,
    alternativeNames: names ? alternativeNamesOf(readDer(names.value)) : noNames,
    signed: signed.whole,
    signatureAlgorithm: objectIdentifierText(expectTag(algorithmType, tags.objectIdentifier)),
    signature: bitStringBytes(expectTag(signature, tags.bitString)),
  };
}

function publicKeyOf(keyInfo: Buffer): KeyObject {
  try {
    return createPublicKey({ key: keyInfo, format: 'der', type: 'spki' });
  } catch {
    throw new DerError('an unknown public key');
  }
}

interface Extension {
  readonly type: string;
  readonly value: Buffer;
}

function requestedExtensions(attributes: DerValue): Extension[] {
  return childrenOf(attributes).flatMap((attribute) => {
    const [type, values] = childrenOf(expectTag(attribute, tags.sequence));
    if (objectIdentifierText(expectTag(type, tags.objectIdentifier)) !== extensionRequest) return [];
    return childrenOf(expectTag(values, tags.set)).flatMap((list) =>
      childrenOf(expectTag(list, tags.sequence)).map((extension) => {
        const parts = childrenOf(expectTag(extension, tags.sequence));
        const name = objectIdentifierText(expectTag(parts[0], tags.objectIdentifier));
        return { type: name, value: expectTag(parts.at(-1), tags.octetString).content };
      }),
    );
  });
}

const noNames: AlternativeNames = { dnsNames: [], emailAddresses: [], ipAddresses: [], uris: [] };
const generalNames = {
  email: primitiveContextTag(1),
  dns: primitiveContextTag(2),
  uri: primitiveContextTag(6),
  ip: primitiveContextTag(7),
};

function alternativeNamesOf(list: DerValue): AlternativeNames {
  const all = childrenOf(expectTag(list, tags.sequence));
  const contents = (tag: number): Buffer[] => all.filter((one) => one.tag === tag).map(({ content }) => content);
  const texts = (tag: number): string[] => contents(tag).map(asciiText);
  const ipAddresses = contents(generalNames.ip);
  for (const { length } of ipAddresses) {
    if (length !== 4 && length !== 16) throw new DerError(`an IP address of length ${length}`);
  }
  return {
    dnsNames: texts(generalNames.dns),
    emailAddresses: texts(generalNames.email),
    ipAddresses,
    uris: texts(generalNames.uri),
  };
}

function asciiText(content: Buffer): string {
  if (content.some((byte) => byte > 0x7f)) throw new DerError('invalid text');
  return content.toString('latin1');
}
