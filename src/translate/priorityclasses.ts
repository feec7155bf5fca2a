/**
 * A tenant's own PriorityClass on the host. It says who waits before whom, and never drives out what runs: that would be other tenants' pods. Pure.
 */
import type { KubeObject } from '../api/object.ts';
import { markOn, type On } from '../api/side.ts';
import { clusterMetadata } from './cluster-copies.ts';
import { contentOf } from './content.ts';
import type { Place } from './marks.ts';

export const priorityClassFields = ['value', 'preemptionPolicy', 'description'];

/** It is nobody's default there. */
export function copyPriorityClass(place: Place, priorityClass: On<'tenant', KubeObject>): On<'host', KubeObject> {
  return markOn('host', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: clusterMetadata(place, priorityClass),
    ...contentOf(priorityClass, ['value', 'description']),
    preemptionPolicy: 'Never',
  });
}
