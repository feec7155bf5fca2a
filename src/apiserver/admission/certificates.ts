/**
 * Who may approve requests for certificates, who may sign them, and what nobody may ask for. Mirrors kubernetes
 * plugin/pkg/admission/certificates (approval, signing, subjectrestriction), v1.36.
 */
import { equalJson, type JsonObject } from '../../api/json.ts';
import { objectAt, textAt } from '../../api/json-fields.ts';
import { goQuote } from '../../api/go-text.ts';
import type { KubeObject } from '../../api/object.ts';
import type { User } from '../../api/user.ts';
import { certificateRequest } from '../../lib/x509/certificate-request.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import { admissionForbidden } from './forbidden.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

export function certificateAdmission(authorizer: Authorizer): readonly AdmissionPlugin[] {
  return [approval(authorizer), signing(authorizer), subjectRestriction];
}

const clientSigner = 'kubernetes.io/kube-apiserver-client';

function approval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    handles: (attributes) => isRequest(attributes, 'UPDATE', 'approval'),
    async validate(attributes) {
      // Of what stands, whatever the new one says.
      const signer = textAt(specOf(attributes.old), 'signerName');
      if (await mayFor(authorizer, attributes.user, 'approve', signer)) return;
      throw admissionForbidden(attributes, `user not permitted to approve requests with signerName ${goQuote(signer)}`);
    },
  };
}

function signing(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    handles: (attributes) => isRequest(attributes, 'UPDATE', 'status'),
    async validate(attributes) {
      const [status, before] = [attributes.object, attributes.old].map((object) => partOf(object, 'status'));
      const changed = ['certificate', 'conditions'].some(
        (name) => !equalJson(filled(status, name), filled(before, name)),
      );
      const signer = textAt(specOf(attributes.old), 'signerName');
      if (!changed || (await mayFor(authorizer, attributes.user, 'sign', signer))) return;
      throw admissionForbidden(attributes, `user not permitted to sign requests with signerName ${goQuote(signer)}`);
    },
  };
}

const subjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: (attributes) => isRequest(attributes, 'CREATE', ''),
  validate(attributes) {
    const spec = specOf(attributes.object);
    if (textAt(spec, 'signerName') !== clientSigner) return;
    const request = certificateRequest(Buffer.from(textAt(spec, 'request'), 'base64').toString('latin1'));
    if (typeof request === 'string') throw admissionForbidden(attributes, `failed to parse CSR: ${request}`);
    if (!request.subject.organizations.includes('system:masters')) return;
    throw admissionForbidden(attributes, `use of ${clientSigner} signer with system:masters group is not allowed`);
  },
};

function isRequest({ resource, operation, subresource }: AdmissionAttributes, wanted: string, part: string): boolean {
  const { group, resource: plural } = resource.gr;
  const isKind = group === 'certificates.k8s.io' && plural === 'certificatesigningrequests';
  return isKind && operation === wanted && subresource === part;
}

/** For the signer itself, or for all of its domain. */
async function mayFor(authorizer: Authorizer, user: User, verb: string, signer: string): Promise<boolean> {
  const [domain = ''] = signer.split('/');
  for (const name of [signer, `${domain}/*`]) {
    const { decision } = await authorizer.authorize({
      user,
      verb,
      isResourceRequest: true,
      path: '',
      namespace: '',
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'signers',
      subresource: '',
      name,
    });
    if (decision === 'allow') return true;
  }
  return false;
}

function specOf(object: Readonly<KubeObject> | undefined): JsonObject | undefined {
  return partOf(object, 'spec');
}

function partOf(object: Readonly<KubeObject> | undefined, name: string): JsonObject | undefined {
  // Spec and status are plain JSON; only the type of metadata says otherwise.
  return object && objectAt(object as unknown as JsonObject, name);
}

/** Null, empty and absent are the same in Go. */
function filled(status: JsonObject | undefined, name: string) {
  const value = status?.[name];
  return value === null || value === '' || (Array.isArray(value) && value.length === 0) ? undefined : value;
}
