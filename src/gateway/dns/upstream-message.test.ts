import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerBytesMax } from './answer.ts';
import { dotted, headerOf, queryPacket } from './dns-packet.test-double.ts';
import { readQuery, type Query } from './query.ts';
import { addressesIn, forwardedAnswer, isAnswerTo, readUpstreamAnswer, upstreamQuery } from './upstream-message.ts';

function query(packet: Buffer): Query {
  const incoming = readQuery(packet);
  assert.ok(incoming.kind === 'query');
  return incoming.query;
}

const name = dotted('www.example.com');
const asked = query(queryPacket(name, { udpBytes: 4096 }));
const address = (ttl: number, last: number): number[] => [
  0xc0,
  12,
  0,
  1,
  0,
  1,
  0,
  0,
  ttl >> 8,
  ttl & 0xff,
  0,
  4,
  203,
  0,
  113,
  last,
];
const authority = [0, 0, 6, 0, 1, 0, 0, 3, 132, 0, 22, 0, 0, ...Array.from({ length: 19 }, () => 0), 30];
const opt = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0];

/** From a resolver. */
function message(answers: readonly number[][], authorities: readonly number[][] = [], flags = 0x8180): Buffer {
  const packet = Buffer.concat([queryPacket(name, { flags }), Buffer.from([...answers, ...authorities, opt].flat())]);
  packet.writeUInt16BE(answers.length, 6);
  packet.writeUInt16BE(authorities.length, 8);
  packet.writeUInt16BE(1, 10);
  return packet;
}

test('how long an answer is good: its shortest time; of nothing, what the SOA says; of a failure or a part, not at all', () => {
  const ttl = (packet: Buffer): number | undefined => readUpstreamAnswer(packet)?.ttl;
  assert.equal(ttl(message([address(60, 1), address(20, 2)])), 20);
  assert.equal(ttl(message([], [authority], 0x8183)), 30);
  assert.equal(ttl(message([], [], 0x8183)), 0);
  assert.equal(ttl(message([], [authority], 0x8182)), 0);
  assert.equal(ttl(message([address(60, 1)], [], 0x8380)), 0);
});

test("an answer goes on under the client's id and spelling, without what was between us and the resolver", () => {
  const answer = readUpstreamAnswer(message([address(60, 1)]));
  assert.ok(answer);
  const plain = query(queryPacket(dotted('WWW.example.com'), { id: 99 }));
  const sent = forwardedAnswer(plain, answer, 7, 'udp');
  assert.deepEqual(headerOf(sent), { id: 99, rcode: 0, authoritative: false, truncated: false, counts: [1, 1, 0, 0] });
  assert.equal(sent.toString('latin1', 12, 29), '\u0003WWW\u0007example\u0003com\u0000');
  assert.equal(sent.readUInt32BE(sent.length - 10), 53);
  assert.deepEqual(headerOf(forwardedAnswer(asked, answer, 0, 'udp')).counts, [1, 1, 0, 1]);
});

test('an answer that is too long for the client is cut to its question, and says so; over TCP it is whole', () => {
  const answer = readUpstreamAnswer(message(Array.from({ length: 60 }, (_, index) => address(60, index))));
  assert.ok(answer);
  const plain = query(queryPacket(name));
  const cut = forwardedAnswer(plain, answer, 0, 'udp');
  assert.deepEqual([headerOf(cut).truncated, headerOf(cut).counts], [true, [1, 0, 0, 0]]);
  assert.equal(headerOf(forwardedAnswer(plain, answer, 0, 'tcp')).counts[1], 60);
});

test('only what answers the question is an answer to it', () => {
  const sent = upstreamQuery({ question: asked.question, dnssecOk: false, checkingDisabled: false });
  const good = message([address(60, 1)]);
  good.writeUInt16BE(sent.readUInt16BE(0), 0);
  assert.ok(isAnswerTo(good, sent));
  const spoiled = (change: (packet: Buffer) => unknown): boolean => {
    const packet = Buffer.from(good);
    change(packet);
    return isAnswerTo(packet, sent);
  };
  assert.equal(
    spoiled((packet) => packet.writeUInt16BE(sent.readUInt16BE(0) ^ 1, 0)),
    false,
  );
  assert.equal(
    spoiled((packet) => packet.write('x', 14)),
    false,
  );
  assert.equal(
    spoiled((packet) => packet.writeUInt16BE(28, 29)),
    false,
  );
  assert.equal(
    spoiled((packet) => packet.writeUInt16BE(0x0100, 2)),
    false,
  );
  assert.ok(spoiled((packet) => packet.write('WWW', 13)));
  assert.equal(isAnswerTo(good.subarray(0, 20), sent), false);
  assert.equal(isAnswerTo(Buffer.alloc(0), sent), false);
});

test('addresses of an answer, under the name of the alias that led there', () => {
  const answer = readUpstreamAnswer(message([address(60, 1), address(60, 2)]));
  assert.ok(answer);
  const found = addressesIn(answer, ['target'], 1);
  assert.deepEqual(
    found.map(({ name: owner, data }) => [owner, data.kind === 'address' && [...data.bytes]]),
    [
      [['target'], [203, 0, 113, 1]],
      [['target'], [203, 0, 113, 2]],
    ],
  );
  assert.deepEqual(addressesIn(answer, ['target'], 28), []);
});

test('whatever a resolver sends, nothing throws, and what goes on is no longer than the client takes', () => {
  const good = message([address(60, 1), address(20, 2)], [authority]);
  const spoiled = fc.tuple(
    fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 5 }),
    fc.nat(good.length),
  );
  fc.assert(
    fc.property(spoiled, fc.boolean(), ([changes, length], tcp) => {
      const packet = Buffer.from(good);
      for (const [at, value] of changes) packet[at] = value;
      const answer = readUpstreamAnswer(packet.subarray(0, length));
      // Only what answers the question is ever passed on.
      if (!answer || !answer.message.subarray(12, 33).equals(good.subarray(12, 33))) return;
      addressesIn(answer, name, 1);
      const transport = tcp ? 'tcp' : 'udp';
      assert.ok(forwardedAnswer(asked, answer, 3, transport).length <= answerBytesMax(asked, transport));
    }),
    { numRuns: 5000 },
  );
});
