/** What events can be selected by. Mirrors pkg/registry/core/event ToSelectableFields. */
import type { KubeObject } from '../../../../api/object.ts';
import { viewAs } from '../view.ts';
import type { Event } from './event-table.ts';

export function eventFields(object: Readonly<KubeObject>): Readonly<Record<string, string>> {
  const event = viewAs<Partial<Event>>(object);
  const target = event.involvedObject;
  return {
    'involvedObject.kind': target?.kind ?? '',
    'involvedObject.namespace': target?.namespace ?? '',
    'involvedObject.name': target?.name ?? '',
    'involvedObject.uid': target?.uid ?? '',
    'involvedObject.apiVersion': target?.apiVersion ?? '',
    'involvedObject.resourceVersion': target?.resourceVersion ?? '',
    'involvedObject.fieldPath': target?.fieldPath ?? '',
    reason: event.reason ?? '',
    reportingComponent: event.reportingComponent ?? '',
    source: event.source?.component || (event.reportingComponent ?? ''),
    type: event.type ?? '',
  };
}
