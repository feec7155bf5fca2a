/**
 * Habits of built-in kinds that no schema tells: what upstream's strategies and REST storages answer to these questions. A strategy
 * that says something itself wins. Mirrors kubernetes pkg/registry, v1.36.
 */
import type { KubeObject } from '../../api/object.ts';
import { subresourceOf, type ServedResource } from './served-resource.ts';

const returnDeletedObject = new Set([
  '/namespaces',
  '/persistentvolumeclaims',
  '/persistentvolumes',
  '/pods',
  '/podtemplates',
  '/resourcequotas',
  '/serviceaccounts',
  '/services',
  'resource.k8s.io/deviceclasses',
  'resource.k8s.io/resourceclaims',
  'resource.k8s.io/resourceclaimtemplates',
  'resource.k8s.io/resourceslices',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/volumeattachments',
  'storage.k8s.io/volumeattributesclasses',
]);

const createdByUpdate = new Set([
  '/endpoints',
  '/events',
  '/limitranges',
  '/services',
  'coordination.k8s.io/leases',
  'events.k8s.io/events',
  'node.k8s.io/runtimeclasses',
  'rbac.authorization.k8s.io/clusterrolebindings',
  'rbac.authorization.k8s.io/clusterroles',
  'rbac.authorization.k8s.io/rolebindings',
  'rbac.authorization.k8s.io/roles',
]);

const updatedConditionally = new Set([
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'coordination.k8s.io/leases',
  'node.k8s.io/runtimeclasses',
  'policy/poddisruptionbudgets',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/csistoragecapacities',
  'storage.k8s.io/volumeattachments',
]);

const withGeneration = new Set([
  '/pods',
  '/podtemplates',
  '/replicationcontrollers',
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apps/daemonsets',
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'batch/cronjobs',
  'batch/jobs',
  'discovery.k8s.io/endpointslices',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'networking.k8s.io/ingressclasses',
  'networking.k8s.io/ingresses',
  'networking.k8s.io/networkpolicies',
  'policy/poddisruptionbudgets',
  'resource.k8s.io/deviceclasses',
  'resource.k8s.io/resourceslices',
  'scheduling.k8s.io/priorityclasses',
]);

/** Status is the kubelet's and is written with the node: it is not dropped on create. */
const statusOnCreate = new Set(['/nodes']);

/** Never finalized by the garbage collector. */
const withoutGarbageCollection = new Set(['/events', 'events.k8s.io/events']);

function nameOf({ gr }: ServedResource): string {
  return `${gr.group}/${gr.resource}`;
}

/** Deletions answer with the object, not with a Status. */
export function returnsDeletedObject(resource: ServedResource): boolean {
  return returnDeletedObject.has(nameOf(resource));
}

/** PUT of what is not there creates it. */
export function allowsCreateOnUpdate(resource: ServedResource): boolean {
  return resource.definition?.strategy?.allowCreateOnUpdate ?? createdByUpdate.has(nameOf(resource));
}

/** An update may leave resourceVersion out. */
export function allowsUnconditionalUpdate(resource: ServedResource): boolean {
  return resource.definition?.strategy?.allowUnconditionalUpdate ?? !updatedConditionally.has(nameOf(resource));
}

export function tracksGeneration(resource: ServedResource): boolean {
  return resource.definition?.strategy?.tracksGeneration ?? withGeneration.has(nameOf(resource));
}

/** The top-level fields whose change raises the generation. */
export function generationFields(resource: ServedResource, object: Readonly<KubeObject>): readonly string[] {
  const fields = resource.definition?.strategy?.generationFields;
  if (fields) return fields;
  // A custom object's status is content like any other, where it is no subresource.
  const counted = !resource.protobuf && !hasStatus(resource);
  return Object.keys(object).filter((name) => !notGenerational.has(name) || (counted && name === 'status'));
}

const notGenerational = new Set(['apiVersion', 'kind', 'metadata', 'status']);

export function hasStatus(resource: ServedResource): boolean {
  return subresourceOf(resource, 'status') !== undefined;
}

export function dropsStatusOnCreate(resource: ServedResource): boolean {
  return hasStatus(resource) && !statusOnCreate.has(nameOf(resource));
}

export function isGarbageCollected(resource: ServedResource): boolean {
  return !withoutGarbageCollection.has(nameOf(resource));
}
