import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { certificateRequest, type CertificateRequest } from '../../../../lib/x509/certificate-request.ts';
import { viewAs } from '../view.ts';

export interface CertificateSigningRequest {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    /** Base64. */
    readonly request?: string;
    readonly signerName?: string;
    readonly username?: string;
    readonly expirationSeconds?: number;
    readonly usages?: readonly string[];
  };
  readonly status?: {
    /** Base64. */
    readonly certificate?: string;
    readonly conditions?: readonly RequestCondition[];
  };
}

export interface RequestCondition {
  readonly type: string;
  readonly status?: string;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime?: string;
}

export function viewRequest(object: Readonly<KubeObject>): CertificateSigningRequest {
  return viewAs<CertificateSigningRequest>(object);
}

/** Or, as a text, why it is none. */
export function parsedRequest({ spec }: CertificateSigningRequest): CertificateRequest | string {
  return certificateRequest(Buffer.from(spec?.request ?? '', 'base64').toString('latin1'));
}
