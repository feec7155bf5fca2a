/** Mirrors pkg/apis/certificates/validation, v1.36. */
import { X509Certificate } from 'node:crypto';
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import { goQuote } from '../../../../api/go-text.ts';
import { equalJson, type JsonValue } from '../../../../api/json.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { requestSignatureError } from '../../../../lib/x509/certificate-request.ts';
import { pemBlocks } from '../../../../lib/x509/pem.ts';
import { parsedRequest, viewRequest, type CertificateSigningRequest, type RequestCondition } from './request-view.ts';
import { validateSignerName } from './signer-name.ts';

/** By which door a request is written: only `/approval` decides, only `/status` gives the certificate. */
export type Door = 'object' | 'status' | 'approval';

const legacyUnknownSigner = 'kubernetes.io/legacy-unknown';

const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const decided = ['Approved', 'Denied'] as const;
const lasting = [...decided, 'Failed'];
const secondsMin = 600;

const conditionsPath = field.path('status', 'conditions');
const certificatePath = field.path('status', 'certificate');

export function validateRequest(object: Readonly<KubeObject>): FieldError[] {
  return validate(viewRequest(object), undefined);
}

/** What is wrong already in the old object is looked over. */
export function validateRequestUpdate(
  object: Readonly<KubeObject>,
  old: Readonly<KubeObject>,
  door: Door,
): FieldError[] {
  const [request, before] = [viewRequest(object), viewRequest(old)];
  return [
    ...validate(request, before),
    ...removalErrors(request, before),
    ...(door === 'approval' ? [] : decisionErrors(request, before)),
    ...certificateChangeErrors(request, before, door),
  ];
}

function validate(request: CertificateSigningRequest, old: CertificateSigningRequest | undefined): FieldError[] {
  const { spec = {}, status = {} } = request;
  const path = field.path('spec');
  const parsed = parsedRequest(request);
  const wrong = typeof parsed === 'string' ? parsed : requestSignatureError(parsed);
  const signer = spec.signerName ?? '';
  const unnamed = signer === legacyUnknownSigner && old?.spec?.signerName !== legacyUnknownSigner;
  const seconds = spec.expirationSeconds;
  const certificate = status.certificate ?? '';
  const before = old?.status?.certificate ?? '';
  const kept = old !== undefined && (certificate === before || certificateError(before) !== undefined);
  const certificateWrong = kept ? undefined : certificateError(certificate);
  return [
    ...(wrong === undefined ? [] : [field.invalid(path.child('request'), spec.request || null, wrong)]),
    ...usageErrors(spec.usages ?? [], old?.spec?.usages),
    ...(unnamed
      ? [field.invalid(path.child('signerName'), signer, 'the legacy signerName is not allowed via this API version')]
      : validateSignerName(signer, path.child('signerName'))),
    ...(seconds !== undefined && seconds < secondsMin
      ? [
          field.invalid(
            path.child('expirationSeconds'),
            seconds,
            'may not specify a duration less than 600 seconds (10 minutes)',
          ),
        ]
      : []),
    ...conditionErrors(status.conditions ?? [], old?.status?.conditions ?? []),
    ...(certificateWrong === undefined ? [] : [field.invalid(certificatePath, '<certificate data>', certificateWrong)]),
  ];
}

function usageErrors(given: readonly string[], old: readonly string[] = []): FieldError[] {
  const path = field.path('spec', 'usages');
  if (given.length === 0) return [field.required(path, '')];
  const unknownBefore = old.some((usage) => !usages.includes(usage));
  const twiceBefore = new Set(old).size < old.length;
  return [
    ...given.flatMap((usage, index) =>
      usages.includes(usage) || unknownBefore ? [] : [field.notSupported(path.index(index), usage, usages)],
    ),
    ...given.flatMap((usage, index) =>
      given.indexOf(usage) < index && !twiceBefore ? [field.duplicate(path.index(index), usage)] : [],
    ),
  ];
}

function conditionErrors(conditions: readonly RequestCondition[], old: readonly RequestCondition[]): FieldError[] {
  const types = (all: readonly RequestCondition[]): string[] => all.map(({ type }) => type);
  const oldTypes = types(old);
  const bothBefore = decided.every((type) => oldTypes.includes(type));
  const twiceBefore = new Set(oldTypes).size < oldTypes.length;
  return conditions.flatMap(({ type, status = '' }, index) => {
    const path = conditionsPath.index(index);
    const earlier = types(conditions.slice(0, index));
    const statuses = lasting.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    const opposite = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    return [
      ...(type === '' && !oldTypes.includes('') ? [field.required(path.child('type'), '')] : []),
      ...(status === ''
        ? [field.required(path.child('status'), '')]
        : statuses.includes(status)
          ? []
          : [field.notSupported(path.child('status'), status, statuses)]),
      ...(opposite !== undefined && earlier.includes(opposite) && !bothBefore
        ? [field.invalid(conditionsPath, type, 'Approved and Denied conditions are mutually exclusive')]
        : []),
      ...(earlier.includes(type) && !twiceBefore ? [field.duplicate(path.child('type'), type)] : []),
    ];
  });
}

function ofType({ status }: CertificateSigningRequest, type: string): readonly RequestCondition[] {
  return (status?.conditions ?? []).filter((condition) => condition.type === type);
}

function removalErrors(request: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  return lasting.flatMap((type) =>
    ofType(request, type).length < ofType(old, type).length
      ? [field.forbidden(conditionsPath, `updates may not remove a condition of type ${goQuote(type)}`)]
      : [],
  );
}

function decisionErrors(request: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  return decided.flatMap((type) => {
    const [now, before] = [ofType(request, type), ofType(old, type)];
    if (now.length > before.length) {
      return [field.forbidden(conditionsPath, `updates may not add a condition of type ${goQuote(type)}`)];
    }
    // Views of JSON.
    const same = now.length < before.length || equalJson(now as unknown as JsonValue, before as unknown as JsonValue);
    return same ? [] : [field.forbidden(conditionsPath, `updates may not modify a condition of type ${goQuote(type)}`)];
  });
}

function certificateChangeErrors(
  { status }: CertificateSigningRequest,
  old: CertificateSigningRequest,
  door: Door,
): FieldError[] {
  const before = old.status?.certificate ?? '';
  if ((status?.certificate ?? '') === before) return [];
  if (door !== 'status') return [field.forbidden(certificatePath, 'updates may not set certificate content')];
  return before === '' ? [] : [field.forbidden(certificatePath, 'updates may not modify existing certificate content')];
}

/** `base64`: of PEM. */
function certificateError(base64: string): string | undefined {
  if (base64 === '') return undefined;
  const blocks = pemBlocks(Buffer.from(base64, 'base64').toString('latin1'));
  for (const { type, hasHeaders, bytes } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${goQuote(type)}`;
    if (hasHeaders) return 'no PEM block headers are permitted';
    if (bytes.length === 0) return 'found CERTIFICATE PEM block containing 0 certificates';
    if (!isCertificate(bytes)) return 'x509: malformed certificate';
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.length === der.length;
  } catch {
    return false;
  }
}
