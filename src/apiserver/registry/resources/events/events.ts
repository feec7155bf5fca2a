import type { JsonValue } from '../../../../api/json.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { eventFields } from '../core/event-fields.ts';
import { eventTable } from '../core/event-table.ts';
import { validateNewEvent, validateNewEventUpdate } from '../core/event-validation.ts';

/** By the name in events.k8s.io/v1: the name in core/v1. */
const renamed = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
} as const;

const names = Object.entries(renamed);
const toCore = new Map<string, string>(names);
const fromCore = new Map<string, string>(names.map(([given, core]) => [core, given]));

/** The same objects as core/v1's, with other names of fields. Mirrors pkg/apis/events/v1/conversion.go. */
export const newEvents = defineResource({
  group: 'events.k8s.io',
  resource: 'events',
  strategy: { validate: validateNewEvent, validateUpdate: validateNewEventUpdate },
  table: {
    ...eventTable,
    row: (event, context) => eventTable.row(renameFields(event, 'v1', toCore), context),
  },
  selectableFields(event) {
    const fields = eventFields(event);
    return {
      reason: fields['reason'] ?? '',
      type: fields['type'] ?? '',
      reportingController: fields['reportingComponent'] ?? '',
      ...Object.fromEntries(
        Object.entries(fields)
          .filter(([name]) => name.startsWith('involvedObject.'))
          .map(([name, value]) => [name.replace('involvedObject.', 'regarding.'), value]),
      ),
    };
  },
  conversion: {
    storageVersion: 'v1',
    toStorage: { v1: (event) => renameFields(event, 'v1', toCore) },
    fromStorage: { v1: (event) => renameFields(event, 'events.k8s.io/v1', fromCore) },
  },
});

function renameFields(event: KubeObject, apiVersion: string, map: ReadonlyMap<string, string>): KubeObject {
  const { metadata, kind, ...rest } = event;
  const fields = Object.entries(rest).map(([name, value]): [string, JsonValue] => [
    map.get(name) ?? name,
    // Only metadata, taken out above, is no plain JSON.
    value as JsonValue,
  ]);
  return { ...Object.fromEntries(fields), apiVersion, kind, metadata };
}
