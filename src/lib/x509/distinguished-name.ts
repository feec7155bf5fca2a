/** Names of certificates' subjects, as Go's crypto/x509/pkix reads them. */
import {
  childrenOf,
  contextTag,
  DerError,
  expectTag,
  objectIdentifierText,
  readDer,
  tags,
  textOf,
  type DerValue,
} from './der-reader.ts';

export interface DistinguishedName {
  /** The last one, where there are several; empty: none. */
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** All attributes, by the text of their object identifiers. */
  readonly attributes: readonly { readonly type: string; readonly value: string | undefined }[];
}

const commonName = '2.5.4.3';
const organization = '2.5.4.10';

/** `value`: an RDNSequence. @throws DerError */
export function distinguishedName(value: DerValue): DistinguishedName {
  expectTag(value, tags.sequence);
  const attributes = childrenOf(value).flatMap((set) =>
    childrenOf(expectTag(set, tags.set)).map((attribute) => {
      const [type, text] = childrenOf(expectTag(attribute, tags.sequence));
      if (text === undefined) throw new DerError('an attribute without a value');
      return { type: objectIdentifierText(expectTag(type, tags.objectIdentifier)), value: textOf(text) };
    }),
  );
  const texts = (type: string): string[] =>
    attributes.flatMap((one) => (one.type === type && one.value !== undefined ? [one.value] : []));
  return { commonName: texts(commonName).at(-1) ?? '', organizations: texts(organization), attributes };
}

/** Of the certificate itself, DER. @throws DerError */
export function subjectOf(certificate: Uint8Array): DistinguishedName {
  const [toBeSigned] = childrenOf(expectTag(readDer(certificate), tags.sequence));
  const fields = childrenOf(expectTag(toBeSigned, tags.sequence));
  // The version is optional; serial number, algorithm, issuer, validity, subject.
  const offset = fields[0]?.tag === contextTag(0) ? 1 : 0;
  return distinguishedName(expectTag(fields[offset + 4], tags.sequence));
}
