import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { createProtobufCodec } from '../../api/codec/protobuf.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { StatusError } from '../../api/status.ts';
import { protobufTable } from '../../schema/builtin/protobuf.ts';
import type { ResourceDefinition } from '../registry/resource-definition.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { StoredObject } from '../registry/stored-object.ts';
import type { RequestContext } from '../request-context.ts';
import { requestInfoOf } from '../request-info.ts';
import { createNegotiation } from './create-negotiation.ts';
import type { Encoder } from './encoder.ts';

const codec = createProtobufCodec(protobufTable);
let now = Date.parse('2026-01-01T00:01:00Z');
const clock = { now: () => now, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };
const negotiation = createNegotiation({ codec, clock });

const definition: ResourceDefinition = {
  group: '',
  resource: 'configmaps',
  table: {
    columns: [
      { name: 'Name', type: 'string', format: 'name' },
      { name: 'Data', type: 'integer', priority: 1 },
    ],
    row: ({ metadata }, context) => [metadata.name ?? '', context.now],
  },
};
// Only what encoders look at.
const served = (group: string, kind: string, verbs: readonly string[], rest: object = {}): ServedResource =>
  ({ gvk: { group, version: 'v1', kind }, verbs, ...rest }) as unknown as ServedResource;
const configMaps = served('', 'ConfigMap', ['create', 'get', 'list'], { definition });
const things = served('example.com', 'Thing', ['create', 'get', 'list']);
const reviews = served('authorization.k8s.io', 'SelfSubjectAccessReview', ['create']);

function stored(name: string, type: JsonObject = { kind: 'ConfigMap', apiVersion: 'v1' }): StoredObject {
  const object = {
    ...type,
    metadata: { name, namespace: 'a', resourceVersion: '7', creationTimestamp: '2026-01-01T00:00:00Z' },
    data: { k: 'v' },
  };
  return new StoredObject(Buffer.from(JSON.stringify(object)), 7);
}

function context(accept: string | undefined, query = '', userAgent = ''): RequestContext {
  const request = {
    method: 'GET',
    path: '/api/v1/configmaps',
    query,
    headers: { ...(accept === undefined ? {} : { accept }), 'user-agent': userAgent },
    body: new Uint8Array(),
    signal: new AbortController().signal,
  };
  const parameters = new URLSearchParams(query);
  return {
    request,
    info: requestInfoOf(request),
    query: parameters,
    user: { name: 'u', groups: [] },
    now,
    warnings: [],
  };
}

function encoder(accept?: string, resource = configMaps, watch = false, query = ''): Encoder {
  return negotiation.encoder(context(accept, query), resource, watch);
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const json = (bytes: Uint8Array): Record<string, unknown> => JSON.parse(text(bytes)) as Record<string, unknown>;
const form = (as: string, media = 'application/json'): string => `${media};as=${as};v=v1;g=meta.k8s.io`;

test('JSON passes through; lists of built-in kinds leave out what the list says already', () => {
  const written = encoder();
  assert.equal(written.contentType, 'application/json');
  assert.equal(text(written.object(stored('x'))), `${text(stored('x').bytes)}\n`);
  const list = text(
    written.list({ resourceVersion: '9', continue: 'c', remainingItemCount: 3 }, [stored('x'), stored('y')]),
  );
  assert.ok(
    list.startsWith(
      '{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"c","remainingItemCount":3},"items":[{"metadata":{"name":"x"',
    ),
  );
  assert.deepEqual(Object.keys((json(Buffer.from(list))['items'] as object[])[1] ?? {}), ['metadata', 'data']);
  assert.equal(text(written.list({}, [])), '{"kind":"ConfigMapList","apiVersion":"v1","metadata":{},"items":[]}\n');
});

test('items of custom resources keep their kind', () => {
  const thing = stored('x', { apiVersion: 'example.com/v1', kind: 'Thing' });
  const { items } = json(encoder(undefined, things).list({}, [thing]));
  assert.equal((items as KubeObject[])[0]?.kind, 'Thing');
});

test('frames of a watch stand on a line each, and are encoded once for all watchers', () => {
  const object = stored('x');
  const frame = encoder(undefined, configMaps, true).event('ADDED', object);
  assert.equal(text(frame), `{"type":"ADDED","object":${text(object.bytes)}}\n`);
  assert.equal(encoder(undefined, configMaps, true).event('ADDED', object), frame);
  assert.notEqual(encoder(undefined, configMaps, true).event('MODIFIED', object), frame);
  assert.equal(text(encoder().errorEvent({ kind: 'Status' })), '{"type":"ERROR","object":{"kind":"Status"}}\n');
});

test('protobuf of objects, lists and frames is what the codec reads', () => {
  const written = encoder('application/vnd.kubernetes.protobuf');
  assert.deepEqual(codec.decode(written.object(stored('x'))), { ...stored('x').object });
  const list = codec.decode(written.list({ resourceVersion: '9' }, [stored('x'), stored('y')]));
  assert.equal(list['kind'], 'ConfigMapList');
  assert.equal((list['items'] as KubeObject[])[1]?.metadata.name, 'y');
  const watching = encoder('application/vnd.kubernetes.protobuf;stream=watch', configMaps, true);
  assert.equal(watching.streamContentType, 'application/vnd.kubernetes.protobuf;stream=watch');
  const event = codec.decodeWatchEvent(watching.event('DELETED', stored('x')).subarray(4));
  assert.equal(event['type'], 'DELETED');
});

test('what is only posted has no table', () => {
  const refused = (run: () => unknown): unknown =>
    assert.throws(run, (error) => error instanceof StatusError && error.status.code === 406);
  refused(() => encoder(form('Table'), reviews));
  assert.equal(encoder(`${form('Table')},application/json`, reviews).contentType, 'application/json');
  assert.doesNotThrow(() => encoder(form('Table'), things));
});

test('YAML has sorted keys', () => {
  const written = encoder('application/yaml');
  assert.equal(
    text(written.object(stored('x'))),
    'apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  creationTimestamp: "2026-01-01T00:00:00Z"\n  name: x\n  namespace: a\n  resourceVersion: "7"\n',
  );
  assert.equal((parse(text(written.list({}, [stored('x')]))) as KubeObject).kind, 'ConfigMapList');
});

test('pretty for people: by parameter, by media type, by user agent; never on a watch', () => {
  const object = stored('x');
  for (const asked of [
    context(undefined, 'pretty=true'),
    context('application/json;pretty=1'),
    context(undefined, '', 'curl/8'),
  ]) {
    assert.ok(text(negotiation.encoder(asked, configMaps, false).object(object)).startsWith('{\n  "kind"'));
    const frame = text(negotiation.encoder(asked, configMaps, true).event('ADDED', object));
    assert.equal(frame.indexOf('\n'), frame.length - 1);
  }
  assert.ok(
    text(
      negotiation.encoder(context(undefined, 'pretty=false', 'curl/8'), configMaps, false).object(object),
    ).startsWith('{"kind"'),
  );
});

test('a table has columns, and rows of metadata, of objects, or of nothing', () => {
  const accept = `${form('Table')},application/json`;
  const table = json(encoder(accept).list({ resourceVersion: '9' }, [stored('x')]));
  assert.deepEqual(table, {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '9' },
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
      { name: 'Data', type: 'integer', format: '', description: '', priority: 1 },
    ],
    rows: [
      {
        cells: ['x', now],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: stored('x').object.metadata },
      },
    ],
  });
  const included = (what: string): unknown =>
    (
      json(encoder(accept, configMaps, false, `includeObject=${what}`).object(stored('x')))['rows'] as {
        object: unknown;
      }[]
    )[0]?.object;
  assert.equal(included('None'), null);
  assert.deepEqual(included('Object'), stored('x').object);
  assert.throws(
    () => encoder(accept, configMaps, false, 'includeObject=All'),
    /Unable to convert to Table as requested: includeObject: Invalid value: "All": must be 'Metadata', 'Object', 'None', or empty/,
  );
});

test('a kind without columns shows name and creation', () => {
  const table = json(encoder(form('Table'), things).object(stored('x')));
  assert.deepEqual((table['rows'] as { cells: unknown }[])[0]?.cells, ['x', '2026-01-01T00:00:00Z']);
});

test('a watch of tables has its columns once, and ages of the moment', () => {
  const watching = encoder(form('Table'), configMaps, true);
  const first = json(watching.event('ADDED', stored('x')))['object'] as Record<string, unknown>;
  now += 1000;
  const second = json(watching.event('ADDED', stored('x')))['object'] as {
    columnDefinitions: unknown;
    rows: { cells: unknown[] }[];
  };
  assert.equal((first['columnDefinitions'] as unknown[]).length, 2);
  assert.equal(second.columnDefinitions, null);
  assert.equal(second.rows[0]?.cells[1], now);
});

test('metadata alone, in JSON and in protobuf, of custom resources too', () => {
  const thing = stored('x', { apiVersion: 'example.com/v1', kind: 'Thing' });
  const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: thing.object.metadata };
  assert.deepEqual(json(encoder(form('PartialObjectMetadata'), things).object(thing)), partial);
  const list = codec.decode(
    encoder(form('PartialObjectMetadataList', 'application/vnd.kubernetes.protobuf'), things).list(
      { resourceVersion: '9' },
      [thing],
    ),
  );
  assert.deepEqual(
    [list['kind'], list['metadata'], (list['items'] as unknown[]).length],
    ['PartialObjectMetadataList', { resourceVersion: '9' }, 1],
  );
});

const refusals: Record<string, [make: () => unknown, message: string]> = {
  'nothing that is offered': [
    () => encoder('text/html'),
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  'protobuf of a custom resource': [
    () => encoder('application/vnd.kubernetes.protobuf', things),
    'only the following media types are accepted: application/json, application/yaml',
  ],
  'a table in protobuf': [
    () => encoder(form('Table', 'application/vnd.kubernetes.protobuf')),
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  'a watch in YAML': [
    () => encoder('application/yaml', configMaps, true),
    'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
  ],
  'one where a list is asked for': [
    () => encoder(form('PartialObjectMetadataList')).object(stored('x')),
    'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
  ],
  'a list where one is asked for': [
    () => encoder(form('PartialObjectMetadata')).list({}, []),
    'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
  ],
};

for (const [name, [make, message]] of Object.entries(refusals)) {
  test(`not acceptable: ${name}`, () => {
    assert.throws(
      make,
      (error: unknown) => error instanceof StatusError && error.status.code === 406 && error.message === message,
    );
  });
}
