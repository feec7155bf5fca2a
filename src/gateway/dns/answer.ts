/** An answer as values, and as the bytes that go out: compressed, cut where the client takes no more. */
import { nameKey, type DomainName } from './domain-name.ts';
import type { QueryHead } from './query.ts';
import type { ResourceRecord } from './resource-record.ts';
import {
  classInternet,
  dnssecOk,
  flag,
  headerBytes,
  opcodeMask,
  opcodeShift,
  plainUdpBytesMax,
  rcodeMask,
  recordType,
  tcpBytesMax,
  udpBytesMax,
} from './wire.ts';

export interface Answer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** May be left out where they don't fit. */
  readonly additionals: readonly ResourceRecord[];
  /** There is more than was made ready for a datagram. */
  readonly isCut?: boolean;
}

export type Transport = 'udp' | 'tcp';

export function errorAnswer(rcode: number): Answer {
  return { rcode, authoritative: false, answers: [], authorities: [], additionals: [] };
}

/** How much the client takes. */
export function answerBytesMax({ edns }: QueryHead, transport: Transport): number {
  if (transport === 'tcp') return tcpBytesMax;
  return edns ? Math.min(Math.max(edns.udpBytes, plainUdpBytesMax), udpBytesMax) : plainUdpBytesMax;
}

/** Of our own OPT records: they have no options. */
export const optBytes = 11;
/** Pointers reach that far. */
const pointerMax = 0x3fff;

/** Never longer than the client takes: what does not fit is left out, and said to be. */
export function encodeAnswer(head: QueryHead, answer: Answer, transport: Transport): Buffer {
  const bytesMax = answerBytesMax(head, transport);
  const writer = new Writer(bytesMax - (head.edns ? optBytes : 0));
  const { question } = head;
  writer.skip(headerBytes);
  if (question) writer.question(question.name, question.nameBytes, question.type, question.class);
  const counts = [0, 0, 0];
  const isWhole = [answer.answers, answer.authorities, answer.additionals].map((records, section) =>
    records.every((record) => {
      const fits = writer.record(record);
      if (fits) counts[section] = (counts[section] ?? 0) + 1;
      return fits;
    }),
  );
  // Over TCP, there is no more to be had.
  const truncated = !isWhole[0] || !isWhole[1] || (transport === 'udp' && answer.isCut === true);
  const flags = responseFlags(head, answer.rcode, answer.authoritative, truncated);
  const end = head.edns ? optRecord(head, answer.rcode) : undefined;
  const [answers = 0, authorities = 0, additionals = 0] = counts;
  const words = [head.id, flags, question ? 1 : 0, answers, authorities, additionals + (end ? 1 : 0)];
  return writer.finish(words, end);
}

/** What stands in the second word of the header. */
export function responseFlags(head: QueryHead, code: number, authoritative: boolean, truncated: boolean): number {
  return (
    flag.response |
    (head.flags & (opcodeMask << opcodeShift)) |
    (authoritative ? flag.authoritative : 0) |
    (truncated ? flag.truncated : 0) |
    (head.flags & (flag.recursionDesired | flag.checkingDisabled)) |
    flag.recursionAvailable |
    (code & rcodeMask)
  );
}

/** Our half of EDNS. */
export function optRecord({ edns }: QueryHead, code: number): Buffer {
  const record = Buffer.alloc(optBytes);
  record.writeUInt16BE(recordType.OPT, 1);
  record.writeUInt16BE(udpBytesMax, 3);
  record[5] = code >> 4;
  record.writeUInt16BE(edns?.dnssecOk ? dnssecOk : 0, 7);
  return record;
}

class Writer {
  readonly #bytesMax: number;
  readonly #names = new Map<string, number>();
  #bytes: Buffer = Buffer.allocUnsafe(512);
  #at = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  skip(count: number): void {
    this.#at += count;
  }

  question(name: DomainName, nameBytes: Uint8Array, type: number, asked: number): void {
    let at = this.#at;
    for (let index = 0; index < name.length; index++) {
      this.#names.set(nameKey(name.slice(index)), at);
      at += (name[index]?.length ?? 0) + 1;
    }
    this.#reserve(nameBytes.length + 4);
    this.#bytes.set(nameBytes, this.#at);
    this.#at += nameBytes.length;
    this.#word(type);
    this.#word(asked);
  }

  /** Whether it fitted; if not, nothing of it is there. */
  record(record: ResourceRecord): boolean {
    const start = this.#at;
    this.#name(record.name);
    this.#word(record.type);
    this.#word(classInternet);
    this.#long(record.ttl);
    const lengthAt = this.#at;
    this.#word(0);
    this.#data(record);
    if (this.#at > this.#bytesMax) {
      this.#at = start;
      for (const [key, at] of this.#names) if (at >= start) this.#names.delete(key);
      return false;
    }
    this.#bytes.writeUInt16BE(this.#at - lengthAt - 2, lengthAt);
    return true;
  }

  finish(header: readonly number[], end: Buffer | undefined): Buffer {
    for (const [index, word] of header.entries()) this.#bytes.writeUInt16BE(word, 2 * index);
    const message = this.#bytes.subarray(0, this.#at);
    return end ? Buffer.concat([message, end]) : message;
  }

  #data({ data }: ResourceRecord): void {
    switch (data.kind) {
      case 'address':
        this.#raw(data.bytes);
        break;
      case 'name':
        this.#name(data.name);
        break;
      case 'service':
        for (const word of [data.priority, data.weight, data.port]) this.#word(word);
        this.#name(data.target, false);
        break;
      case 'text':
        this.#text(data.text);
        break;
      case 'authority':
        this.#name(data.server);
        this.#name(data.mailbox);
        for (const long of [data.serial, data.refresh, data.retry, data.expire, data.minimum]) this.#long(long);
    }
  }

  /** Targets of services must not be compressed (RFC 2782). */
  #name(name: DomainName, compressed = true): void {
    for (let index = 0; index < name.length; index++) {
      const key = nameKey(name.slice(index));
      const known = this.#names.get(key);
      if (compressed && known !== undefined) {
        this.#word(0xc000 | known);
        return;
      }
      if (known === undefined && this.#at <= pointerMax) this.#names.set(key, this.#at);
      this.#text(name[index] ?? '');
    }
    this.#raw(zero);
  }

  /** With its length before it. */
  #text(text: string): void {
    this.#reserve(text.length + 1);
    this.#bytes[this.#at++] = text.length;
    this.#at += this.#bytes.write(text, this.#at, 'latin1');
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #word(value: number): void {
    this.#reserve(2);
    this.#at = this.#bytes.writeUInt16BE(value, this.#at);
  }

  #long(value: number): void {
    this.#reserve(4);
    this.#at = this.#bytes.writeUInt32BE(value, this.#at);
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#at + count));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

const zero = Uint8Array.of(0);
