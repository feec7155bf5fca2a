/**
 * What a resolver of the operator's sent: believed only if it answers what was asked, and passed on as bytes. Additional records stay behind: their place is
 * the OPT record's, which is between us and the resolver.
 */
import { randomInt } from 'node:crypto';
import { ipText } from '../../api/ip-address.ts';
import { answerBytesMax, optBytes, optRecord, responseFlags, type Transport } from './answer.ts';
import { nameBytesMax } from './domain-name.ts';
import { readQuestion, type QueryHead, type Question } from './query.ts';
import { addressRecord, type ResourceRecord } from './resource-record.ts';
import { dnssecOk, flag, headerBytes, rcode, rcodeMask, recordType, udpBytesMax } from './wire.ts';

/** What is asked upstream. */
export interface UpstreamQuestion {
  readonly question: Pick<Question, 'nameBytes' | 'type' | 'class'>;
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
}

export interface UpstreamAnswer {
  readonly rcode: number;
  /** Header, question, answers, authorities. */
  readonly message: Buffer;
  /** Where TTLs stand. */
  readonly ttlsAt: readonly number[];
  /** For how many seconds the answer is good; 0: not to be kept. */
  readonly ttl: number;
}

/** More records are not looked at, and their message is not passed on. */
const recordsMax = 2000;

/** A query of our own, with an id that nobody can guess. */
export function upstreamQuery(asked: UpstreamQuestion): Buffer {
  const { nameBytes, type, class: asClass } = asked.question;
  const packet = Buffer.alloc(headerBytes + nameBytes.length + 4 + optBytes);
  packet.writeUInt16BE(randomInt(0x1_0000), 0);
  packet.writeUInt16BE(flag.recursionDesired | (asked.checkingDisabled ? flag.checkingDisabled : 0), 2);
  packet.writeUInt16BE(1, 4);
  packet.writeUInt16BE(1, 10);
  packet.set(nameBytes, headerBytes);
  let at = headerBytes + nameBytes.length;
  at = packet.writeUInt16BE(type, at);
  at = packet.writeUInt16BE(asClass, at);
  packet.writeUInt16BE(recordType.OPT, at + 1);
  packet.writeUInt16BE(udpBytesMax, at + 3);
  packet.writeUInt16BE(asked.dnssecOk ? dnssecOk : 0, at + 7);
  return packet;
}

/** Whether a packet answers this query. Servers may write the name in another case. */
export function isAnswerTo(packet: Buffer, query: Buffer): boolean {
  const end = query.length - optBytes;
  const nameOf = (message: Buffer): string => message.toString('latin1', headerBytes, end - 4).toLowerCase();
  return (
    packet.length >= end &&
    packet.readUInt16BE(0) === query.readUInt16BE(0) &&
    (packet.readUInt16BE(2) & flag.response) !== 0 &&
    packet.readUInt16BE(4) === 1 &&
    packet.readUInt32BE(end - 4) === query.readUInt32BE(end - 4) &&
    nameOf(packet) === nameOf(query)
  );
}

export function isTruncated(packet: Buffer): boolean {
  return (packet.readUInt16BE(2) & flag.truncated) !== 0;
}

/** `undefined`: it is malformed. */
export function readUpstreamAnswer(packet: Buffer): UpstreamAnswer | undefined {
  const read = packet.length < headerBytes ? undefined : readQuestion(packet);
  if (!read) return undefined;
  const answers = packet.readUInt16BE(6);
  const authorities = packet.readUInt16BE(8);
  if (answers + authorities > recordsMax) return undefined;
  const ttlsAt: number[] = [];
  let at: number | undefined = read.end;
  let ttl = Number.POSITIVE_INFINITY;
  for (let index = 0; index < answers + authorities; index++) {
    const record = recordAt(packet, at);
    if (!record) return undefined;
    ttlsAt.push(record.ttlAt);
    if (index < answers || record.type === recordType.SOA) ttl = Math.min(ttl, ttlOf(packet, record));
    at = record.end;
  }
  const code = packet.readUInt16BE(2) & rcodeMask;
  const isKept = Number.isFinite(ttl) && (code === rcode.noError || code === rcode.noName) && !isTruncated(packet);
  return { rcode: code, message: packet.subarray(0, at), ttlsAt, ttl: isKept ? ttl : 0 };
}

/** For the client: under its id, in its own spelling of the name, `ageSeconds` after it came. */
export function forwardedAnswer(
  head: QueryHead & { readonly question: Question },
  answer: UpstreamAnswer,
  ageSeconds: number,
  transport: Transport,
): Buffer {
  const opt = head.edns ? optRecord(head, answer.rcode) : Buffer.alloc(0);
  const fits = answer.message.length + opt.length <= answerBytesMax(head, transport);
  const end = fits ? answer.message.length : headerBytes + head.question.nameBytes.length + 4;
  const message = Buffer.concat([answer.message.subarray(0, end), opt]);
  message.writeUInt16BE(head.id, 0);
  const truncated = !fits || isTruncated(answer.message);
  message.writeUInt16BE(responseFlags(head, answer.rcode, false, truncated), 2);
  if (!fits) message.writeUInt32BE(0, 6);
  message.writeUInt16BE(head.edns ? 1 : 0, 10);
  message.set(head.question.nameBytes, headerBytes);
  for (const at of fits ? answer.ttlsAt : [])
    message.writeUInt32BE(Math.max(0, answer.message.readUInt32BE(at) - ageSeconds), at);
  return message;
}

/** Addresses that an answer holds, under another name: what stands behind an alias. `type`: A or AAAA. */
export function addressesIn({ message }: UpstreamAnswer, name: readonly string[], type: number): ResourceRecord[] {
  const found: ResourceRecord[] = [];
  const read = readQuestion(message);
  let at = read?.end ?? message.length;
  for (let left = message.readUInt16BE(6); left > 0; left--) {
    const record = recordAt(message, at);
    if (!record) break;
    const length = record.end - record.dataAt;
    if (record.type === type && length === (type === recordType.A ? 4 : 16)) {
      const value = BigInt(`0x${message.toString('hex', record.dataAt, record.end)}`);
      const text = ipText({ family: length === 4 ? 4 : 6, value, sloppy: false, mapped: false });
      const address = addressRecord(name, message.readUInt32BE(record.ttlAt), text);
      if (address) found.push(address);
    }
    at = record.end;
  }
  return found;
}

interface RecordPlace {
  readonly type: number;
  readonly ttlAt: number;
  readonly dataAt: number;
  readonly end: number;
}

function recordAt(packet: Buffer, start: number): RecordPlace | undefined {
  const at = endOfName(packet, start);
  if (at === undefined || at + 10 > packet.length) return undefined;
  const end = at + 10 + packet.readUInt16BE(at + 8);
  if (end > packet.length) return undefined;
  return { type: packet.readUInt16BE(at), ttlAt: at + 4, dataAt: at + 10, end };
}

/** Where the bytes of a name end; a pointer is not followed. */
function endOfName(packet: Buffer, start: number): number | undefined {
  for (let at = start; at < packet.length && at - start < nameBytesMax;) {
    const length = packet[at] ?? 0;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    if (length > 63) return undefined;
    at += length + 1;
  }
  return undefined;
}

/** Of an SOA: how long nothing is nothing (RFC 2308). */
function ttlOf(packet: Buffer, { type, ttlAt, dataAt, end }: RecordPlace): number {
  const ttl = packet.readUInt32BE(ttlAt) & 0x7fff_ffff;
  return type === recordType.SOA && end - dataAt >= 20 ? Math.min(ttl, packet.readUInt32BE(end - 4)) : ttl;
}
