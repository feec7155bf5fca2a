/** The state that a scenario led to, in the form in which it is compared. */
import type { JsonObject } from '../../../src/api/json.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import { byText, normalObject, normalText, uidNames, type UidNames } from './normal.ts';
import type { Observer } from './observer.ts';
import type { Scenario } from './scenario.ts';

export interface Snapshot {
  /** By kind and name; those of names with random parts are in the order of their texts. */
  readonly objects: Readonly<Record<string, readonly JsonObject[]>>;
  /** How often each was told. */
  readonly events: Readonly<Record<string, number>>;
  /** Changes with whatever is written. */
  readonly revision: string;
}

interface EventFields {
  readonly source?: Readonly<Partial<Record<'component' | 'host', string>>>;
  readonly involvedObject: Readonly<Record<string, string | undefined>>;
  readonly count?: number;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly reportingComponent: string;
  readonly reportingInstance: string;
}

/** They are not what is compared: both sides have the same ones; and upstream's repair of addresses now and then comes before their allocation. */
const notCompared = new Set(['kubelet', 'default-scheduler', 'ipallocator-repair-controller']);

export function takeSnapshot(observer: Observer, namespace: string, scenario: Scenario): Snapshot {
  const all = observer.all(namespace);
  const names = uidNames(all);
  const objects: Record<string, JsonObject[]> = {};
  for (const object of all) {
    const key = `${object.kind} ${normalText(object.metadata.name ?? '', names)}`;
    (objects[key] ??= []).push(normalObject(object, names, scenario.fieldsVary !== true));
  }
  const told = observer.events(namespace);
  return {
    objects: Object.fromEntries(Object.entries(objects).map(([key, found]) => [key, found.toSorted(byText)])),
    events: eventCounts(told, names, scenario),
    revision: [...all, ...told].map(({ metadata }) => metadata.resourceVersion).join(),
  };
}

function eventCounts(events: readonly KubeObject[], names: UidNames, { countsVary }: Scenario): Record<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    // As the API has them.
    const { source = {}, involvedObject: about, count = 1, ...told } = event as unknown as EventFields;
    const { component = '', host = '' } = source;
    if (notCompared.has(component) || notCompared.has(told.reportingComponent)) continue;
    const text = [
      `${component}${host === '' ? '' : `@${host}`}`,
      `${about['apiVersion']} ${about['kind']}/${about['name']}${about['fieldPath'] ?? ''}`,
      `${told.type} ${told.reason}: ${told.message}`,
      `reported by ${told.reportingComponent}${told.reportingInstance === '' ? '' : ` ${told.reportingInstance}`}`,
      ...(about['resourceVersion'] === undefined ? ['of no revision'] : []),
      ...(about['uid'] === undefined ? ['of no UID'] : []),
      `in ${event.metadata.namespace}`,
    ].join(' | ');
    const key = normalText(text, names);
    // From the tenth on they are combined.
    if (countsVary === true && told.message.startsWith('(combined from similar events)')) continue;
    counts.set(key, countsVary === true ? 1 : (counts.get(key) ?? 0) + count);
  }
  return Object.fromEntries([...counts].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
