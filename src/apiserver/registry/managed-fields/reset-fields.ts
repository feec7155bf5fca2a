/**
 * What each kind's strategy throws away of a write, which nobody owns therefore. Mirrors the GetResetFields and GetResetFieldsFilter
 * of kubernetes pkg/registry, v1.36: a write of the object throws its status away, one of its status everything else that it says.
 * Of pods' resize and ephemeral containers the filters are there, but upstream's storage doesn't hand them on.
 */
import { FieldSet } from '../../../patch/apply/field-set.ts';
import { subresourceOf, type ServedResource } from '../served-resource.ts';

const spec = ['f:spec'];
const status = ['f:status'];
const metadata = ['f:metadata'];

const ofObject = FieldSet.of(status);
const ofStatus = FieldSet.of(spec);
const ofStatusOnly = FieldSet.of(metadata, spec);

/** By group, resource and subresource. */
const special: Readonly<Record<string, FieldSet>> = {
  '/namespaces/finalize': ofObject,
  '/pods/status': FieldSet.of(spec, ['f:metadata', 'f:deletionTimestamp'], ['f:metadata', 'f:ownerReferences']),
  'apps/deployments/status': FieldSet.of(spec, ['f:metadata', 'f:labels']),
  'certificates.k8s.io/certificatesigningrequests/': FieldSet.of(spec, status),
  'certificates.k8s.io/certificatesigningrequests/status': FieldSet.of(spec, ['f:status', 'f:conditions']),
  'certificates.k8s.io/certificatesigningrequests/approval': FieldSet.of(spec, ['f:status', 'f:certificate']),
};

/** Of these a write of the status keeps not even labels. */
const statusAlone: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'apiregistration.k8s.io/apiservices',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'networking.k8s.io/servicecidrs',
  'resource.k8s.io/resourceclaims',
  'storage.k8s.io/volumeattachments',
]);

/** The same in all versions. `subresource` is empty for the object itself. */
export function resetFieldsOf(resource: ServedResource, subresource: string): FieldSet | undefined {
  const name = `${resource.gr.group}/${resource.gr.resource}`;
  const found = special[`${name}/${subresource}`];
  if (found) return found;
  if (subresource === '') return subresourceOf(resource, 'status') ? ofObject : undefined;
  if (subresource !== 'status') return undefined;
  return resource.protobuf && !statusAlone.has(name) ? ofStatus : ofStatusOnly;
}
