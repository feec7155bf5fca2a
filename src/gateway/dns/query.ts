/**
 * What came in, read with suspicion: anything may stand in a packet. What can't be answered is ignored, what can is answered with an error; nothing throws.
 */
import { labelBytesMax, nameBytesMax, type DomainName } from './domain-name.ts';
import { dnssecOk, flag, headerBytes, opcodeMask, opcodeShift, queryBytesMax, rcode, recordType } from './wire.ts';

export interface Question {
  readonly name: DomainName;
  /** The name as it was asked, letter for letter: clients compare. */
  readonly nameBytes: Uint8Array;
  readonly type: number;
  readonly class: number;
}

/** What a client that speaks EDNS says of itself. */
export interface Edns {
  readonly udpBytes: number;
  readonly version: number;
  readonly dnssecOk: boolean;
}

/** What an answer needs of its query; an error may have been answered before the question was read. */
export interface QueryHead {
  readonly id: number;
  /** All of the header's second word. */
  readonly flags: number;
  readonly question: Question | undefined;
  readonly edns: Edns | undefined;
}

export interface Query extends QueryHead {
  readonly question: Question;
}

export type Incoming =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'wrong'; readonly head: QueryHead; readonly rcode: number }
  /** No question at all, or an answer: an answer to it could go round in circles. */
  | { readonly kind: 'ignored' };

/** OPT, and a signature that we don't look at. */
const additionalsMax = 2;

/** Total: for any bytes. */
export function readQuery(packet: Buffer): Incoming {
  if (packet.length < headerBytes) return { kind: 'ignored' };
  const flags = packet.readUInt16BE(2);
  if ((flags & flag.response) !== 0) return { kind: 'ignored' };
  const head: QueryHead = { id: packet.readUInt16BE(0), flags, question: undefined, edns: undefined };
  const wrong = (code: number, known: QueryHead = head): Incoming => ({ kind: 'wrong', head: known, rcode: code });
  if (((flags >> opcodeShift) & opcodeMask) !== 0) return wrong(rcode.notImplemented);
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => packet.readUInt16BE(at));
  const counted = questions === 1 && answers === 0 && authorities === 0 && (additionals ?? 0) <= additionalsMax;
  if (!counted || packet.length > queryBytesMax) return wrong(rcode.formatError);
  const read = readQuestion(packet);
  if (!read) return wrong(rcode.formatError);
  const edns = readEdns(packet, read.end, additionals ?? 0);
  if (edns === 'malformed') return wrong(rcode.formatError, { ...head, question: read.question });
  const query: Query = { ...head, question: read.question, edns };
  if (edns && edns.version > 0) return wrong(rcode.badVersion, query);
  return { kind: 'query', query };
}

/** The first question of a message; `undefined`: there is none that can be read. Nothing stands before it, so no pointer can be right in it. */
export function readQuestion(packet: Buffer): { readonly question: Question; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = headerBytes;
  for (;;) {
    const length = packet[at];
    if (length === undefined || length > labelBytesMax) return undefined;
    at++;
    if (length === 0) break;
    if (at + length > packet.length || at + length - headerBytes >= nameBytesMax) return undefined;
    labels.push(lowerCase(packet.toString('latin1', at, at + length)));
    at += length;
  }
  if (at + 4 > packet.length) return undefined;
  const question = {
    name: labels,
    // Copied: the packet's memory is not ours for long.
    nameBytes: Uint8Array.prototype.slice.call(packet, headerBytes, at),
    type: packet.readUInt16BE(at),
    class: packet.readUInt16BE(at + 2),
  };
  return { question, end: at + 4 };
}

/** Only A to Z: bytes above ASCII are no letters, whatever they look like. */
function lowerCase(label: string): string {
  return label.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function readEdns(packet: Buffer, start: number, count: number): Edns | undefined | 'malformed' {
  let at = start;
  let found: Edns | undefined;
  for (let index = 0; index < count; index++) {
    // OPT has the root for a name; so has the little else that clients send here.
    if (packet[at] !== 0 || at + 11 > packet.length) return 'malformed';
    const end = at + 11 + packet.readUInt16BE(at + 9);
    if (end > packet.length) return 'malformed';
    if (packet.readUInt16BE(at + 1) === recordType.OPT) {
      if (found) return 'malformed';
      found = {
        udpBytes: packet.readUInt16BE(at + 3),
        version: packet[at + 6] ?? 0,
        dnssecOk: (packet.readUInt16BE(at + 7) & dnssecOk) !== 0,
      };
    }
    at = end;
  }
  return found;
}
