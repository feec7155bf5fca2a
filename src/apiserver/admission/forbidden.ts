/** How admission says no. Mirrors apiserver admission NewForbidden. */
import { newForbidden, type StatusError } from '../../api/status.ts';
import type { AdmissionAttributes } from './plugin.ts';

/** Names the object as well as it can: names that are to be generated aren't there yet. */
export function admissionForbidden({ resource, name, object }: AdmissionAttributes, reason: string): StatusError {
  return newForbidden(resource.gr, name || object?.metadata.name || object?.metadata.generateName || 'Unknown', reason);
}

/** Whether the write is about objects of this resource of the core group, not about a subresource. */
export function isCore({ resource, subresource }: AdmissionAttributes, plural: string): boolean {
  return resource.gr.group === '' && resource.gr.resource === plural && subresource === '';
}
