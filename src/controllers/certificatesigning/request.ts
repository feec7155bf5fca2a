/** Requests for certificates, as their controllers look at them. Mirrors kubernetes pkg/controller/certificates and pkg/apis/certificates/helpers.go. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';
import { certificateRequest, type CertificateRequest } from '../../lib/x509/certificate-request.ts';

export const signers = {
  apiServerClient: 'kubernetes.io/kube-apiserver-client',
  kubeletClient: 'kubernetes.io/kube-apiserver-client-kubelet',
  kubeletServing: 'kubernetes.io/kubelet-serving',
  legacyUnknown: 'kubernetes.io/legacy-unknown',
} as const;

export function specOf(request: KubeObject): JsonObject {
  return isJsonObject(request['spec']) ? request['spec'] : {};
}

export function conditionsOf(request: KubeObject): readonly JsonObject[] {
  return objectsAt(isJsonObject(request['status']) ? request['status'] : undefined, 'conditions');
}

/** Base64 of PEM; empty: none was given yet. */
export function certificateOf(request: KubeObject): string {
  return textAt(isJsonObject(request['status']) ? request['status'] : undefined, 'certificate');
}

export function conditionOf(request: KubeObject, type: string): JsonObject | undefined {
  return conditionsOf(request).find((condition) => condition['type'] === type);
}

export function usagesOf(request: KubeObject): readonly string[] {
  const { usages } = specOf(request);
  return Array.isArray(usages) ? usages.filter((usage) => typeof usage === 'string') : [];
}

/** A copy with one more condition. */
export function withCondition(request: KubeObject, condition: JsonObject): KubeObject {
  const status = isJsonObject(request['status']) ? request['status'] : {};
  return { ...request, status: { ...status, conditions: [...conditionsOf(request), condition] } };
}

/** @throws Error for what the API server would not have let in */
export function parsedRequest(request: KubeObject): CertificateRequest {
  const parsed = certificateRequest(Buffer.from(textAt(specOf(request), 'request'), 'base64').toString('latin1'));
  if (typeof parsed === 'string') throw new Error(`unable to parse csr ${request.metadata.name ?? ''}: ${parsed}`);
  return parsed;
}

/** Who asked, as a SubjectAccessReview names it. */
export function requestorOf(request: KubeObject): JsonObject {
  const spec = specOf(request);
  const extra = objectAt(spec, 'extra');
  return {
    user: textAt(spec, 'username'),
    uid: textAt(spec, 'uid'),
    groups: Array.isArray(spec['groups']) ? spec['groups'] : [],
    ...(extra ? { extra } : {}),
  };
}

/** Why a kubelet's client certificate is not asked for as it must be; `undefined`: it is. */
export function kubeletClientError(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { dnsNames, emailAddresses, ipAddresses, uris } = request.alternativeNames;
  if (!isOfNodes(request)) return notOfNodes;
  if (dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!isNode(request)) return notNode;
  return usagesError(usages, 'client auth');
}

/** The same of its serving certificate. */
export function kubeletServingError(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { dnsNames, emailAddresses, ipAddresses, uris } = request.alternativeNames;
  if (!isOfNodes(request)) return notOfNodes;
  if (dnsNames.length === 0 && ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
  if (emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (uris.length > 0) return 'URI subjectAltNames are not allowed';
  return usagesError(usages, 'server auth') ?? (isNode(request) ? undefined : notNode);
}

/** The same of any client's. */
export function apiServerClientError(usages: readonly string[]): string | undefined {
  const allowed = new Set(['digital signature', 'key encipherment', 'client auth']);
  const foreign = usages.find((usage) => !allowed.has(usage));
  if (foreign !== undefined) return `invalid usage for client certificate: ${foreign}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

const notOfNodes = 'subject organization is not system:nodes';
const notNode = 'subject common name does not begin with system:node:';

function isOfNodes({ subject: { organizations } }: CertificateRequest): boolean {
  return organizations.length === 1 && organizations[0] === 'system:nodes';
}

function isNode({ subject: { commonName } }: CertificateRequest): boolean {
  return commonName.startsWith('system:node:');
}

/** Key encipherment is for RSA keys; the others do without. */
function usagesError(usages: readonly string[], purpose: string): string | undefined {
  const required = [purpose, 'digital signature', 'key encipherment'].toSorted();
  const given = new Set(usages);
  const fits = required.filter((usage) => usage !== 'key encipherment').every((usage) => given.has(usage));
  const fitsOnly = [...given].every((usage) => required.includes(usage));
  return fits && fitsOnly ? undefined : `usages did not match [${required.join(' ')}]`;
}
