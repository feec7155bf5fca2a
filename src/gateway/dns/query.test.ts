import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerBytesMax, encodeAnswer, errorAnswer } from './answer.ts';
import { dotted, headerOf, queryPacket } from './dns-packet.test-double.ts';
import { readQuery } from './query.ts';
import { addressRecord } from './resource-record.ts';

const name = dotted('web.default.svc.cluster.local');
const whole = queryPacket(name, { udpBytes: 4096 });

function withByte(at: number, value: number): Buffer {
  const packet = Buffer.from(whole);
  packet[at] = value;
  return packet;
}

const cases: readonly [what: string, packet: Buffer, outcome: string][] = [
  ['a question', queryPacket(name), 'query'],
  ['a question with EDNS', whole, 'query'],
  ['the root', queryPacket([]), 'query'],
  ['a label of any bytes', queryPacket(['a.b', '\u0000\u00ff', 'x']), 'query'],
  ['nothing', Buffer.alloc(0), 'ignored'],
  ['less than a header', whole.subarray(0, 11), 'ignored'],
  ['an answer', withByte(2, 0x81), 'ignored'],
  ['only a header', whole.subarray(0, 12), 'wrong 1'],
  ['a name without an end', whole.subarray(0, 20), 'wrong 1'],
  ['a question without its class', queryPacket(name).subarray(0, -1), 'wrong 1'],
  ['no question', queryPacket(name, { questions: 0 }), 'wrong 1'],
  ['two questions', queryPacket(name, { questions: 2 }), 'wrong 1'],
  ['65,535 questions', queryPacket(name, { questions: 0xffff }), 'wrong 1'],
  ['an answer counted', withByte(7, 1), 'wrong 1'],
  ['more records counted than there are', withByte(11, 2), 'wrong 1'],
  ['very many records counted', withByte(10, 0xff), 'wrong 1'],
  ['another opcode: an update', withByte(2, 0x28), 'wrong 4'],
  ['a pointer in the question', withByte(12, 0xc0), 'wrong 1'],
  [
    'a pointer to itself',
    Buffer.concat([queryPacket([]).subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])]),
    'wrong 1',
  ],
  ['a label of 64 bytes', queryPacket(['x'.repeat(64)]), 'wrong 1'],
  ['a name of 255 bytes', queryPacket(['x'.repeat(63), 'x'.repeat(63), 'x'.repeat(63), 'x'.repeat(61)]), 'query'],
  ['a name of 256 bytes', queryPacket(['x'.repeat(63), 'x'.repeat(63), 'x'.repeat(63), 'x'.repeat(62)]), 'wrong 1'],
  ['a name of 127 labels', queryPacket(Array.from({ length: 127 }, () => 'x')), 'query'],
  ['EDNS of a version that there is not yet', queryPacket(name, { udpBytes: 4096, ednsVersion: 1 }), 'wrong 16'],
  ['two OPT records', twice(whole), 'wrong 1'],
  ['an OPT record longer than the packet', withByte(whole.length - 1, 200), 'wrong 1'],
  ['a packet of more than a question can need', Buffer.concat([whole, Buffer.alloc(3000)]), 'wrong 1'],
];

function twice(packet: Buffer): Buffer {
  const doubled = Buffer.concat([packet, packet.subarray(-11)]);
  doubled.writeUInt16BE(2, 10);
  return doubled;
}

for (const [what, packet, outcome] of cases) {
  test(`${what}: ${outcome}`, () => {
    const incoming = readQuery(packet);
    assert.equal(incoming.kind === 'wrong' ? `wrong ${incoming.rcode}` : incoming.kind, outcome);
  });
}

test('letters are compared without case, and kept as they were for the answer; other bytes are no letters', () => {
  const incoming = readQuery(queryPacket(['WeB', '\u00c4.B']));
  assert.ok(incoming.kind === 'query');
  assert.deepEqual(incoming.query.question.name, ['web', '\u00c4.b']);
  assert.equal(Buffer.from(incoming.query.question.nameBytes).toString('latin1'), '\u0003WeB\u0003\u00c4.B\0');
});

test('no bytes make reading throw, and what is answered has the id of its query and is no query itself', () => {
  const spoiled = fc
    .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    .map((changes) => {
      const packet = Buffer.from(whole);
      for (const [at, value] of changes) packet[at] = value;
      return packet;
    });
  const any = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(spoiled, any), (packet) => {
      const incoming = readQuery(packet);
      if (incoming.kind === 'ignored') return;
      const head = incoming.kind === 'query' ? incoming.query : incoming.head;
      const answer = encodeAnswer(head, errorAnswer(1), 'udp');
      assert.equal(answer.readUInt16BE(0), packet.readUInt16BE(0));
      assert.ok(answer.length <= answerBytesMax(head, 'udp'));
      assert.deepEqual(readQuery(answer), { kind: 'ignored' });
    }),
    { numRuns: 5000 },
  );
});

test('an answer is never longer than the client takes: what does not fit is left out, and said so', () => {
  fc.assert(
    fc.property(fc.nat(400), fc.option(fc.nat(65_535), { nil: undefined }), fc.boolean(), (count, udpBytes, tcp) => {
      const incoming = readQuery(queryPacket(name, udpBytes === undefined ? {} : { udpBytes }));
      assert.ok(incoming.kind === 'query');
      const record = addressRecord(name, 5, '10.0.0.1');
      assert.ok(record);
      const answers = Array.from({ length: count }, () => record);
      const transport = tcp ? 'tcp' : 'udp';
      const answer = encodeAnswer(incoming.query, { ...errorAnswer(0), answers }, transport);
      const sizeMax = answerBytesMax(incoming.query, transport);
      const [, kept = 0] = headerOf(answer).counts;
      assert.ok(answer.length <= sizeMax);
      assert.equal(headerOf(answer).truncated, kept < count);
      // Another record would have been too much.
      if (kept < count) assert.ok(answer.length + 16 > sizeMax);
    }),
  );
});

test('ten addresses fit where 512 bytes are all: names are compressed', () => {
  const incoming = readQuery(queryPacket(name));
  assert.ok(incoming.kind === 'query');
  const answers = Array.from({ length: 10 }, (_, index) => addressRecord(name, 5, `10.0.0.${index}`)).flatMap(
    (record) => record ?? [],
  );
  assert.equal(encodeAnswer(incoming.query, { ...errorAnswer(0), answers }, 'udp').length, 12 + 35 + 10 * 16);
});
