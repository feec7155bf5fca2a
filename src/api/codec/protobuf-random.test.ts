/** Hostile and random input: an error of ours or an object, never anything else. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../json.ts';
import { ProtobufError } from './protobuf-error.ts';
import { createFrameSplitter, frame } from './protobuf-frames.ts';
import type { ProtobufTable } from './protobuf-table.ts';
import { microTimeText, parseTime, timeText } from './protobuf-time.ts';
import { createProtobufCodec } from './protobuf.ts';

const root = join(import.meta.dirname, '../../..');
// Our generators' files.
const table = JSON.parse(
  readFileSync(join(root, 'src/schema/builtin/protobuf.generated.json'), 'utf8'),
) as ProtobufTable;
const golden = JSON.parse(readFileSync(join(root, 'test/golden/protobuf/objects.json'), 'utf8')) as {
  answer: { pb: string };
}[];
const codec = createProtobufCodec(table);
const bodies = golden.map(({ answer }) => Buffer.from(answer.pb, 'base64'));

function decodeOrRefuse(bytes: Uint8Array): JsonObject | undefined {
  try {
    return codec.decode(bytes);
  } catch (error) {
    if (error instanceof ProtobufError) return undefined;
    throw error;
  }
}

/** Mutations are the same in each run, so that a change is judged by what it changes; `PROTOBUF_SEED` looks further. */
const seed = Number(process.env['PROTOBUF_SEED'] ?? 20_261_121);

test('random bytes behind the magic', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      decodeOrRefuse(Buffer.concat([Buffer.from('k8s\0'), bytes]));
    }),
    { numRuns: 2000, seed },
  );
});

test('objects with a few bytes changed, cut or put in; what is read can be written', () => {
  const change = fc.record({
    at: fc.nat(),
    byte: fc.integer({ min: 0, max: 255 }),
    how: fc.constantFrom('set', 'cut', 'insert'),
  });
  let read = 0;
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.array(change, { minLength: 1, maxLength: 4 }), (original, changes) => {
      let bytes = Buffer.from(original);
      for (const { at, byte, how } of changes) {
        const index = at % bytes.length;
        if (how === 'set') bytes[index] = byte;
        else if (how === 'cut') bytes = Buffer.concat([bytes.subarray(0, index), bytes.subarray(index + 1)]);
        else bytes = Buffer.concat([bytes.subarray(0, index), Buffer.from([byte]), bytes.subarray(index)]);
        if (bytes.length === 0) return;
      }
      const object = decodeOrRefuse(bytes);
      if (!object) return;
      read++;
      // A pointer to a zero time is null in Go's JSON, and null is no pointer: nulls may go, nothing else.
      assert.deepEqual(withoutNulls(codec.decode(codec.encode(object))), withoutNulls(object));
    }),
    { numRuns: 5000, seed },
  );
  assert.ok(read > 100, `only ${read} were read`);
});

test('any JSON in the place of any field is written or refused', () => {
  const json = fc.jsonValue({ maxDepth: 3 }).map((value) => value as JsonValue);
  fc.assert(
    fc.property(
      fc.constantFrom('Pod', 'Service', 'Secret', 'Node', 'Event'),
      json,
      json,
      json,
      (kind, metadata, spec, data) => {
        try {
          codec.encode({ apiVersion: 'v1', kind, metadata, spec, data });
        } catch (error) {
          if (!(error instanceof ProtobufError)) throw error;
        }
      },
    ),
    { numRuns: 2000, seed },
  );
});

test('maps keep their entries, whatever the keys', () => {
  const entries = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
    minKeys: 1,
    maxKeys: 8,
  });
  fc.assert(
    fc.property(entries, (data) => {
      const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: {}, data: { ...data } };
      assert.deepEqual(codec.decode(codec.encode(object)), object);
    }),
  );
});

test('frames are found again, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (frames, cuts) => {
        const stream = Buffer.concat(frames.map((body) => frame(body)));
        const splitter = createFrameSplitter(40);
        const found: Uint8Array[] = [];
        for (let at = 0, index = 0; at < stream.length; index++) {
          const size = cuts[index % cuts.length] ?? 1;
          found.push(...splitter.push(stream.subarray(at, at + size)));
          at += size;
        }
        assert.deepEqual(
          found.map((body) => Buffer.from(body)),
          frames.map((body) => Buffer.from(body)),
        );
        assert.ok(splitter.atBoundary);
      },
    ),
  );
});

test('a frame above the limit is refused by its length alone', () => {
  assert.throws(() => createFrameSplitter(10).push(Buffer.from([0xff, 0xff, 0xff, 0xff])), ProtobufError);
});

test('times come back as they were', () => {
  const seconds = fc.integer({ min: -62_135_596_799, max: 253_402_300_799 });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 999_999 }), (second, micros) => {
      assert.deepEqual(parseTime(timeText(second) ?? ''), { seconds: second, nanos: 0 });
      const time = { seconds: second, nanos: micros * 1000 };
      assert.deepEqual(parseTime(microTimeText(time) ?? ''), time);
    }),
  );
});

// Not by way of a JSON text: JSON.parse of Node 24 (V8 13.6) takes `{"a":1,"b\n":1}` for `{"a":1,"b\\":1}` after it has read the latter.
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(present.map(([key, inner]) => [key, withoutNulls(inner)]));
}
