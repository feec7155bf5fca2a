/**
 * Which field labels a selector may name, by kind: what can be asked for is less than what an object could be selected by, and each refusal has its own
 * words. Mirrors the field label conversions of kubernetes pkg/apis, of apimachinery runtime, and of apiextensions conversion.
 */
import type { FieldRequirements } from '../../api/field-selector.ts';
import { goQuote } from '../../api/go-text.ts';
import { newBadRequest } from '../../api/status.ts';
import type { ServedResource } from './served-resource.ts';

const name = 'metadata.name';
const namespace = 'metadata.namespace';

/** By `group/resource`; the others have name and namespace. */
const labels: Readonly<Record<string, readonly string[]>> = {
  '/pods': [
    name,
    namespace,
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/nodes': [name, 'spec.unschedulable'],
  '/replicationcontrollers': [name, namespace, 'status.replicas'],
  '/events': [name, namespace, ...references('involvedObject'), 'reason', 'reportingComponent', 'source', 'type'],
  'events.k8s.io/events': [name, namespace, ...references('regarding'), 'reason', 'reportingController', 'type'],
  '/namespaces': [name, 'status.phase'],
  '/secrets': [name, namespace, 'type'],
  '/services': [name, namespace, 'spec.clusterIP', 'spec.type'],
  'batch/jobs': [name, namespace, 'status.successful'],
  'certificates.k8s.io/certificatesigningrequests': [name, 'spec.signerName'],
  'resource.k8s.io/resourceslices': [name, 'spec.nodeName', 'spec.driver'],
};

/** Old names of fields. */
const aliases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/pods': { 'spec.host': 'spec.nodeName' },
};

function references(field: string): string[] {
  const parts = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
  return parts.map((part) => `${field}.${part}`);
}

/** The requirements with the fields' present names. @throws StatusError BadRequest for a field that the kind has no label for */
export function convertFieldLabels(resource: ServedResource, fields: FieldRequirements): FieldRequirements {
  const of = `${resource.gr.group}/${resource.gr.resource}`;
  const known = new Set(resource.protobuf ? (labels[of] ?? [name, namespace]) : customLabels(resource));
  return fields.map((requirement) => {
    const field = aliases[of]?.[requirement.field] ?? requirement.field;
    if (!known.has(field)) throw newBadRequest(refusal(resource, of, field));
    return { ...requirement, field };
  });
}

/** Those of a custom resource stand in its definition. */
function customLabels({ namespaced, definition, apiVersion, kind }: ServedResource): string[] {
  const empty = { apiVersion, kind, metadata: {} };
  return [name, ...(namespaced ? [namespace] : []), ...Object.keys(definition?.selectableFields?.(empty) ?? {})];
}

function refusal({ gvk, apiVersion, protobuf }: ServedResource, of: string, field: string): string {
  if (of === 'batch/jobs') return `field label ${goQuote(field)} not supported for Job`;
  if (of === 'resource.k8s.io/resourceslices') {
    return `field label not supported for ${apiVersion}, Kind=${gvk.kind}: ${field}`;
  }
  if (!protobuf || Object.hasOwn(labels, of)) return `field label not supported: ${field}`;
  return `${goQuote(field)} is not a known field selector: only ${goQuote(name)}, ${goQuote(namespace)}`;
}
