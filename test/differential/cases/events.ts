/** Events through both of their groups: the same objects, checked differently. */
import { del, each, get, patch, post, put, type Call, type Family, type Json } from '../case.ts';

type Fields = Readonly<Record<string, Json>>;

const core = '/api/v1/namespaces/{ns}/events';
const later = '/apis/events.k8s.io/v1/namespaces/{ns}/events';
const about: Fields = { kind: 'Pod', namespace: '{ns}', name: 'p', apiVersion: 'v1' };
const metadata: Fields = { name: 'e' };
const old: Fields = { metadata, involvedObject: about, reason: 'Why', message: 'so', type: 'Normal', count: 1 };
const eventTime = '2026-01-01T00:00:00.123456Z';
const fresh: Fields = {
  metadata,
  regarding: about,
  eventTime,
  reportingController: 'example.com/me',
  reportingInstance: 'me-1',
  action: 'Doing',
  reason: 'Why',
  type: 'Normal',
  note: 'so',
};
const freshInCore: Fields = {
  metadata,
  involvedObject: about,
  eventTime,
  reportingComponent: 'example.com/me',
  reportingInstance: 'me-1',
  action: 'Doing',
  reason: 'Why',
  type: 'Normal',
  message: 'so',
};
const long = (length: number): string => 'a'.repeat(length);

const olds: Readonly<Record<string, Fields>> = {
  good: old,
  nothing: { metadata },
  'no object': { ...old, involvedObject: {} },
  'an object elsewhere': { ...old, involvedObject: { ...about, namespace: 'elsewhere' } },
  'an object of the cluster': { ...old, involvedObject: { kind: 'Node', name: 'n' } },
  'an unknown type': { ...old, type: 'Strange' },
  'times of its own': { ...old, firstTimestamp: '2020-01-01T00:00:00Z', lastTimestamp: '2020-01-01T00:00:00Z' },
  'a series': { ...old, series: { count: 1 } },
  'a source': { ...old, source: { component: 'me', host: 'h' } },
  'an event of now': freshInCore,
  'an event of now of nobody': { ...freshInCore, reportingComponent: '' },
  'an event of now without action': { ...freshInCore, action: '' },
};

const fresher: Readonly<Record<string, Fields>> = {
  good: fresh,
  nothing: { metadata },
  'no time': { ...fresh, eventTime: null },
  'no controller': { ...fresh, reportingController: '' },
  'a bad controller': { ...fresh, reportingController: 'no spaces' },
  'no instance': { ...fresh, reportingInstance: '' },
  'a long instance': { ...fresh, reportingInstance: long(129) },
  'no action': { ...fresh, action: '' },
  'a long action': { ...fresh, action: long(129) },
  'no reason': { ...fresh, reason: '' },
  'a long reason': { ...fresh, reason: long(129) },
  'a long note': { ...fresh, note: long(1025) },
  'a note as long as it may be': { ...fresh, note: long(1024) },
  'an unknown type': { ...fresh, type: 'Strange' },
  'no type': { ...fresh, type: '' },
  'fields of old': {
    ...fresh,
    deprecatedCount: 1,
    deprecatedSource: { component: 'me' },
    deprecatedFirstTimestamp: '2020-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2020-01-01T00:00:00Z',
  },
  'a series of one': { ...fresh, series: { count: 1, lastObservedTime: eventTime } },
  'a series without a time': { ...fresh, series: { count: 2, lastObservedTime: null } },
  'a series': { ...fresh, series: { count: 2, lastObservedTime: eventTime } },
  'an object of the cluster': { ...fresh, regarding: { kind: 'Node', name: 'n' } },
  'an object elsewhere': { ...fresh, regarding: { ...about, namespace: 'elsewhere' } },
  'another object beside': { ...fresh, related: { kind: 'Node', name: 'n' } },
};

const changes: Readonly<Record<string, Fields>> = {
  nothing: {},
  'a label': { metadata: { labels: { a: 'b' } } },
  'the object': { regarding: { name: 'q' } },
  'the reason': { reason: 'Other' },
  'the note': { note: 'other' },
  'the type': { type: 'Warning' },
  'the time': { eventTime: '2026-01-02T00:00:00.000000Z' },
  'the action': { action: 'Other' },
  'what is beside': { related: { kind: 'Node', name: 'n' } },
  'the controller': { reportingController: 'example.com/other' },
  'the instance': { reportingInstance: 'other' },
  'the count of old': { deprecatedCount: 2 },
  'the source of old': { deprecatedSource: { component: 'me' } },
  'a series': { series: { count: 2, lastObservedTime: eventTime } },
  'a bad series': { series: { count: 1, lastObservedTime: null } },
};

const bothViews: readonly Call[] = [get(`${core}/e`), get(`${later}/e`)];

export const events: Family = {
  name: 'events',
  cases: [
    ...each('of old, with', olds, (body) => [post(core, body), ...bothViews]),
    ...each('of now, with', fresher, (body) => [post(later, body), ...bothViews]),
    ...each('of now, changed:', changes, (body) => [patch('merge', `${later}/e`, body), ...bothViews], [
      post(later, fresh),
    ]),
    ...each('of old, changed as of now:', changes, (body) => [patch('merge', `${later}/e`, body)], [post(core, old)]),
    ...each('of now, changed as of old:', olds, (body) => [put(`${core}/e`, body), ...bothViews], [post(later, fresh)]),
    ...each('made by an update:', { core, later }, (path) => [
      put(`${path}/e`, path === core ? old : fresh),
      get(`${path}/e`),
    ]),
    ...each(
      'selected by',
      {
        'its object': 'involvedObject.name=p',
        'what it regards': 'regarding.name=p',
        'its reason': 'reason=Why',
        'who reports, by its old name': 'reportingComponent=example.com/me',
        'who reports, by its new name': 'reportingController=example.com/me',
        'its source': 'source=example.com/me',
        'its type': 'type!=Warning',
        'an unknown field': 'count=1',
      },
      (selector) => [core, later].map((path) => get(`${path}?fieldSelector=${encodeURIComponent(selector)}`)),
      [post(later, fresh)],
    ),
    ...each('deleted through', { core, later }, (path) => [del(`${path}/e`), ...bothViews], [post(later, fresh)]),
    ...each(
      'as a table of',
      { core, later },
      (path) => [get(path, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })],
      [post(later, { ...fresh, series: { count: 7, lastObservedTime: eventTime } })],
    ),
  ],
};
