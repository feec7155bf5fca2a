/**
 * What each kind's strategy throws away of a write, which nobody owns therefore. Mirrors the GetResetFields and GetResetFieldsFilter
 * of kubernetes pkg/registry, v1.36: a write of the object throws its status away, one of its status everything else that it says.
 */
import { excluding, including, type ResetFilter } from '../../patch/apply/reset-filter.ts';
import { subresourceOf, type ServedResource } from './served-resource.ts';

const spec = ['f:spec'];
const status = ['f:status'];
const metadata = ['f:metadata'];

const ofObject = excluding(status);
const ofStatus = excluding(spec);
const ofStatusOnly = excluding(metadata, spec);

const containersOf = (list: string): string[][] =>
  ['f:resources', 'f:resizePolicy'].map((field) => ['f:spec', list, '*', field]);

/** By group, resource and subresource. */
const special: Readonly<Record<string, ResetFilter>> = {
  '/namespaces/finalize': ofObject,
  '/pods/status': excluding(spec, ['f:metadata', 'f:deletionTimestamp'], ['f:metadata', 'f:ownerReferences']),
  '/pods/ephemeralcontainers': including(['f:spec', 'f:ephemeralContainers']),
  '/pods/resize': including(...containersOf('f:containers'), ...containersOf('f:initContainers')),
  'apps/deployments/status': excluding(spec, ['f:metadata', 'f:labels']),
  'certificates.k8s.io/certificatesigningrequests/': excluding(spec, status),
  'certificates.k8s.io/certificatesigningrequests/status': excluding(spec, ['f:status', 'f:conditions']),
  'certificates.k8s.io/certificatesigningrequests/approval': excluding(spec, ['f:status', 'f:certificate']),
};

/** Of these a write of the status keeps not even labels. */
const statusAlone: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'networking.k8s.io/servicecidrs',
  'resource.k8s.io/resourceclaims',
  'storage.k8s.io/volumeattachments',
]);

/** Of all versions of built-in kinds; of a custom one only its own. `subresource` is empty for the object itself. */
export function resetFilterOf(
  resource: ServedResource,
  subresource: string,
  apiVersion: string,
): ResetFilter | undefined {
  if (!resource.protobuf && apiVersion !== resource.apiVersion) return undefined;
  const name = `${resource.gr.group}/${resource.gr.resource}`;
  const found = special[`${name}/${subresource}`];
  if (found) return found;
  if (subresource === '') return subresourceOf(resource, 'status') ? ofObject : undefined;
  if (subresource !== 'status') return undefined;
  return resource.protobuf && !statusAlone.has(name) ? ofStatus : ofStatusOnly;
}
