/** Mirrors printers printEvent, v1.36. */
import type { ObjectMeta } from '../../../../api/object.ts';
import { ageSince } from '../../../../api/duration.ts';
import type { TablePrinter } from '../../resource-definition.ts';
import { nameColumn, nameOf, textColumn, wide } from '../columns.ts';
import { viewAs } from '../view.ts';

/** As stored: core/v1. */
export interface Event {
  readonly metadata: ObjectMeta;
  readonly involvedObject: {
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly apiVersion?: string;
    readonly resourceVersion?: string;
    readonly fieldPath?: string;
  };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly reportingComponent?: string;
  readonly reportingInstance?: string;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly count?: number;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
}

export const eventTable: TablePrinter = {
  columns: [
    textColumn('Last Seen'),
    textColumn('Type'),
    textColumn('Reason'),
    textColumn('Object'),
    wide(textColumn('Subobject')),
    wide(textColumn('Source')),
    textColumn('Message'),
    wide(textColumn('First Seen')),
    wide(textColumn('Count')),
    wide(nameColumn),
  ],
  row: (object, { now }) => {
    const event = viewAs<Event>(object);
    const first = ageSince(event.firstTimestamp ?? event.eventTime, now);
    const last = event.series
      ? ageSince(event.series.lastObservedTime, now)
      : event.lastTimestamp
        ? ageSince(event.lastTimestamp, now)
        : first;
    return [
      last,
      event.type ?? '',
      event.reason ?? '',
      targetText(event),
      event.involvedObject.fieldPath ?? '',
      sourceText(event),
      (event.message ?? '').trim(),
      first,
      event.series?.count ?? (event.count || 1),
      nameOf(object),
    ];
  },
};

function targetText({ involvedObject: { kind = '', name = '' } }: Event): string {
  return name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
}

/** Mirrors printers formatEventSource. */
function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || (reportingComponent ?? '');
  const instance = source?.host || (reportingInstance ?? '');
  return instance === '' ? component : `${component}, ${instance}`;
}
