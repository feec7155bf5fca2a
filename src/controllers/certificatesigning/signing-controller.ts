/**
 * Signs what was approved, for the four signers that are the cluster's own. Mirrors kubernetes pkg/controller/certificates/signer and authority,
 * v1.36.
 */
import { timestamp } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import type { CertificateRequest } from '../../lib/x509/certificate-request.ts';
import type { CertificateTemplate, Issuer } from '../../lib/x509/issue-certificate.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import { isJsonObject } from '../../api/json.ts';
import { textAt } from '../../api/json-fields.ts';
import { Controller, done } from '../../controller/controller.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController } from '../builtin-controller.ts';
import { certificateSigningRequests } from '../resources.ts';
import { extendedKeyUsages, keyUsages } from './usages.ts';
import {
  apiServerClientError,
  certificateOf,
  conditionOf,
  kubeletClientError,
  kubeletServingError,
  parsedRequest,
  signers,
  specOf,
  usagesOf,
  withCondition,
} from './request.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Upstream's --cluster-signing-duration. */
const durationMaxMs = 365 * 24 * hourMs;
const durationMinMs = 10 * minuteMs;
/** Clocks differ. */
const backdateMs = 5 * minuteMs;
/** What lives shorter doesn't end earlier for it. */
const shortMs = 8 * hourMs;

type Check = (request: CertificateRequest, usages: readonly string[]) => string | undefined;

const checks: Readonly<Record<string, Check>> = {
  [signers.apiServerClient]: (_request, usages) => apiServerClientError(usages),
  [signers.kubeletClient]: kubeletClientError,
  [signers.kubeletServing]: kubeletServingError,
  [signers.legacyUnknown]: () => undefined,
};

/** Without a `signer` it leaves all requests as they are. */
export const signingController: BuiltinController = {
  name: 'certificatesigningrequest-signing-controller',
  create: ({ client, clock, random, informers, logger, metrics, signer }) => {
    const controller = new Controller({
      name: 'certificatesigningrequest-signing',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: async (name) => {
        const request = requests?.get(name);
        if (!signer || !request || !isWaiting(request)) return done;
        const check = checks[textAt(specOf(request), 'signerName')];
        if (!check) return done;
        const parsed = parsedRequest(request);
        const wrong = check(parsed, usagesOf(request));
        const next =
          wrong === undefined
            ? withCertificate(request, signer.issue(templateOf(request, parsed, signer, clock.now(), random)))
            : withCondition(request, failure(wrong, clock.now()));
        await unlessNotFound(client.resource(certificateSigningRequests).updateStatus(next));
        return done;
      },
    });
    const requests = signer && informers.informer({ gvr: certificateSigningRequests });
    const enqueue = (request: KubeObject): void => controller.queue.add(objectKey(request));
    requests?.addHandler({ onAdd: enqueue, onUpdate: (_old, request) => enqueue(request) });
    return controller;
  },
};

function isWaiting(request: KubeObject): boolean {
  if (certificateOf(request) !== '' || conditionOf(request, 'Denied')) return false;
  return conditionOf(request, 'Approved') !== undefined && conditionOf(request, 'Failed')?.['status'] !== 'True';
}

function failure(message: string, now: number) {
  return {
    type: 'Failed',
    status: 'True',
    reason: 'SignerValidationFailure',
    message,
    lastUpdateTime: timestamp(now),
  };
}

function withCertificate(request: KubeObject, pem: string): KubeObject {
  const status = isJsonObject(request['status']) ? request['status'] : {};
  return { ...request, status: { ...status, certificate: Buffer.from(pem).toString('base64') } };
}

/** @throws Error when the authority has ended */
function templateOf(
  request: KubeObject,
  { subject, publicKeyInfo, alternativeNames }: CertificateRequest,
  signer: Issuer,
  now: number,
  random: Random,
): CertificateTemplate {
  if (now >= signer.notAfter) {
    throw new Error(`refusing to sign a certificate that expired in the past: NotAfter=${timestamp(signer.notAfter)}`);
  }
  const duration = durationOf(request);
  const end = now + duration - (duration < shortMs ? 0 : backdateMs);
  return {
    serialNumber: serialNumber(random),
    subject,
    publicKeyInfo,
    alternativeNames,
    keyUsages: keyUsages(usagesOf(request)),
    extendedKeyUsages: extendedKeyUsages(usagesOf(request)),
    notBefore: now - backdateMs,
    notAfter: Math.min(end, signer.notAfter),
  };
}

function durationOf(request: KubeObject): number {
  const { expirationSeconds } = specOf(request);
  if (typeof expirationSeconds !== 'number') return durationMaxMs;
  return Math.min(durationMaxMs, Math.max(durationMinMs, expirationSeconds * 1000));
}

/** 122 random bits, and never zero. */
function serialNumber(random: Random): Buffer {
  return Buffer.from(random.uuid().replaceAll('-', ''), 'hex');
}
