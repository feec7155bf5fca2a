import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProtobufCodec } from '../../api/codec/protobuf.ts';
import { protobufTable } from '../../schema/builtin/protobuf.ts';
import { StoredObject } from '../registry/stored-object.ts';
import type { Encoder } from './encoder.ts';
import { FrameCache } from './frame-cache.ts';
import { jsonEncoder, protobufEncoder } from './whole-encoder.ts';

const resource = { apiVersion: 'v1', kind: 'ConfigMap' };
const stored = (name: string, revision: number): StoredObject =>
  StoredObject.of(
    Buffer.from(
      JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, uid: 'u' }, data: { a: 'é' } }),
    ),
    revision,
  );
const codec = createProtobufCodec(protobufTable);

const encoders: Readonly<Record<string, () => Encoder>> = {
  'JSON of a built-in kind': () => jsonEncoder(resource, true, new FrameCache()),
  'JSON of a custom kind': () => jsonEncoder(resource, false, new FrameCache()),
  protobuf: () => protobufEncoder(resource, codec, new FrameCache()),
};

for (const [name, create] of Object.entries(encoders)) {
  test(`${name}: a list that is asked for again is the same, at its own version, and made only twice`, () => {
    const source = {};
    const items = [stored('a', 2), stored('b', 3)];
    let made = 0;
    for (const version of ['3', '4', '5', '6']) {
      const metadata = { resourceVersion: version };
      const body = create().repeatedList?.(metadata, source, () => {
        made++;
        return items;
      });
      assert.deepEqual(body && Buffer.from(body), Buffer.from(create().list(metadata, items)));
    }
    assert.equal(made, 2);
    const other = create().repeatedList?.({ resourceVersion: '7' }, {}, () => []);
    assert.deepEqual(other && Buffer.from(other), Buffer.from(create().list({ resourceVersion: '7' }, [])));
  });
}

test('JSON: items are what they are by themselves, but for what the list says for all', () => {
  const encoder = jsonEncoder(resource, true, new FrameCache());
  const items = [stored('a', 2), stored('b', 30)];
  const {
    kind,
    apiVersion,
    metadata,
    items: listed,
  } = JSON.parse(Buffer.from(encoder.list({ resourceVersion: '30' }, items)).toString());
  assert.deepEqual(
    { kind, apiVersion, metadata },
    {
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '30' },
    },
  );
  for (const [index, item] of items.entries()) {
    const single = JSON.parse(Buffer.from(encoder.object(item)).toString());
    assert.deepEqual({ kind: 'ConfigMap', apiVersion: 'v1', ...listed[index] }, single);
    assert.deepEqual(single.metadata, {
      name: index === 0 ? 'a' : 'b',
      uid: 'u',
      resourceVersion: index === 0 ? '2' : '30',
    });
    const frame = JSON.parse(Buffer.from(encoder.event('ADDED', item)).toString());
    assert.deepEqual(frame, { type: 'ADDED', object: single });
  }
});
