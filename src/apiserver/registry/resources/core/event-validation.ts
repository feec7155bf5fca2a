/** Mirrors core validation's events.go, v1.36. Events here are in their stored form, whichever group they came through. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import { equalJson, isJsonObject, type JsonValue } from '../../../../api/json.ts';
import { dns1123Subdomain } from '../../../../api/names.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { messages, qualified } from '../checks.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';
import type { Event } from './event-table.ts';

type View = Event & { readonly action?: string };

const textMax = 128;
const noteMax = 1024;

/** What events of either group must be. `controllerField`: by which name the group knows who reports. */
export function validateEvent(object: Readonly<KubeObject>, controllerField: string): FieldError[] {
  const event = viewAs<View>(object);
  const namespace = event.metadata.namespace ?? '';
  return [
    ...(event.eventTime ? newEventErrors(event, namespace, controllerField) : oldEventErrors(event, namespace)),
    ...messages('namespace', namespace, dns1123Subdomain(namespace)),
  ];
}

/** What more is asked of those that come through events.k8s.io. */
export function validateNewEvent(object: Readonly<KubeObject>): FieldError[] {
  const event = viewAs<View>(object);
  const { eventTime, type = '', firstTimestamp, lastTimestamp, count = 0, source } = event;
  const unset = (name: string, isSet: boolean): FieldError[] =>
    isSet ? [field.invalid(name, '', 'needs to be unset')] : [];
  return [
    ...validateEvent(object, 'reportingController'),
    ...seriesErrors(event),
    ...(eventTime ? [] : [field.required('eventTime', '')]),
    ...(type === 'Normal' || type === 'Warning' ? [] : [field.invalid('type', '', `has invalid value: ${type}`)]),
    ...unset('firstTimestamp', Boolean(firstTimestamp)),
    ...unset('lastTimestamp', Boolean(lastTimestamp)),
    ...unset('count', count !== 0),
    ...unset('source', Boolean(source?.component) || Boolean(source?.host)),
  ];
}

/** Of the fields, by the name of their internal type, that stay as they are: by the name in which they are stored. */
const lasting: readonly (readonly [name: string, stored: string])[] = [
  ['involvedObject', 'involvedObject'],
  ['reason', 'reason'],
  ['message', 'message'],
  ['source', 'source'],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count'],
  ['reason', 'reason'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingController', 'reportingComponent'],
  ['reportingInstance', 'reportingInstance'],
];

/** The same for updates through events.k8s.io: little may change but the series. */
export function validateNewEventUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const [now, before] = [jsonOf(object), jsonOf(old)];
  return [
    ...validateEvent(object, 'reportingController'),
    ...(equalJson(now['series'] ?? null, before['series'] ?? null) ? [] : seriesErrors(viewAs<View>(object))),
    ...lasting.flatMap(([name, stored]) => {
      const value = now[stored];
      if (equalJson(filled(value) ?? null, filled(before[stored]) ?? null)) return [];
      return [field.invalid(name, internalForm(stored, value), 'field is immutable')];
    }),
  ];
}

const referenceFields = {
  Kind: 'kind',
  Namespace: 'namespace',
  Name: 'name',
  UID: 'uid',
  APIVersion: 'apiVersion',
  ResourceVersion: 'resourceVersion',
  FieldPath: 'fieldPath',
};
const internalFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  involvedObject: referenceFields,
  related: referenceFields,
  source: { Component: 'component', Host: 'host' },
};

/** As upstream's message shows it: its internal types have no names for JSON. */
function internalForm(name: string, value: JsonValue | undefined): JsonValue {
  const fields = internalFields[name];
  if (!fields || !isJsonObject(value)) return value ?? null;
  return Object.fromEntries(Object.entries(fields).map(([internal, stored]) => [internal, value[stored] ?? '']));
}

/** Null, empty and absent are the same in Go. */
function filled(value: JsonValue | undefined): JsonValue | undefined {
  return value === null || value === '' || value === 0 ? undefined : value;
}

function oldEventErrors({ involvedObject }: View, namespace: string): FieldError[] {
  const about = involvedObject.namespace ?? '';
  const fits = about === '' ? namespace === '' || namespace === 'default' : about === namespace;
  return fits ? [] : [foreignNamespace(about)];
}

function newEventErrors(event: View, namespace: string, controllerField: string): FieldError[] {
  const about = event.involvedObject.namespace ?? '';
  const {
    reportingComponent: controller = '',
    reportingInstance: instance = '',
    action = '',
    reason = '',
    message = '',
  } = event;
  return [
    ...(about === '' && namespace !== 'default' && namespace !== 'kube-system' ? [foreignNamespace(about)] : []),
    ...(controller === '' ? [field.required(controllerField, '')] : []),
    ...qualified(controller, field.path(controllerField)),
    ...requiredText('reportingInstance', instance),
    ...requiredText('action', action),
    ...requiredText('reason', reason),
    ...longText('message', message, noteMax),
  ];
}

function foreignNamespace(about: string): FieldError {
  return field.invalid('involvedObject.namespace', about, 'does not match event.namespace');
}

function requiredText(name: string, text: string): FieldError[] {
  return text === '' ? [field.required(name, '')] : longText(name, text, textMax);
}

/** In bytes, though the text says characters. */
function longText(name: string, text: string, bytesMax: number): FieldError[] {
  return Buffer.byteLength(text) > bytesMax ? [field.invalid(name, '', `can have at most ${bytesMax} characters`)] : [];
}

function seriesErrors({ series }: View): FieldError[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [field.invalid('series.count', '', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [field.required('series.lastObservedTime', '')]),
  ];
}
