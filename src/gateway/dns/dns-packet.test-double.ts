/** Packets as clients send them, written by hand: not by the code that is tested. */
export interface QueryShape {
  readonly id?: number;
  readonly flags?: number;
  readonly type?: number;
  readonly class?: number;
  readonly questions?: number;
  /** An OPT record that takes so many bytes. */
  readonly udpBytes?: number;
  readonly ednsVersion?: number;
  readonly dnssecOk?: boolean;
}

/** `labels`: bytes as characters. */
export function queryPacket(labels: readonly string[], shape: QueryShape = {}): Buffer {
  const { id = 0x1234, flags = 0x0100, type = 1, class: asClass = 1, questions = 1, udpBytes } = shape;
  const header = [id, flags, questions, 0, 0, udpBytes === undefined ? 0 : 1].flatMap(word);
  const name = labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]);
  const { ednsVersion = 0, dnssecOk = false } = shape;
  const flagsOfEdns = word(dnssecOk ? 0x8000 : 0);
  const opt = udpBytes === undefined ? [] : [0, ...word(41), ...word(udpBytes), 0, ednsVersion, ...flagsOfEdns, 0, 0];
  return Buffer.from([...header, ...name, 0, ...word(type), ...word(asClass), ...opt]);
}

export function dotted(name: string): readonly string[] {
  return name.split('.');
}

export interface HeaderView {
  readonly id: number;
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly counts: readonly number[];
}

export function headerOf(message: Buffer): HeaderView {
  const flags = message.readUInt16BE(2);
  return {
    id: message.readUInt16BE(0),
    rcode: flags & 0xf,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    counts: [4, 6, 8, 10].map((at) => message.readUInt16BE(at)),
  };
}

function word(value: number): number[] {
  return [value >> 8, value & 0xff];
}
