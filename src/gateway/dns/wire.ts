/** Numbers of the protocol (RFC 1035, 2782, 3596, 6891), and the limits that we set. */

export const recordType = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
} as const;

export const classInternet = 1;

export const rcode = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  noName: 3,
  notImplemented: 4,
  refused: 5,
  /** Its upper bits stand in the OPT record. */
  badVersion: 16,
} as const;

export const headerBytes = 12;

export const flag = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  checkingDisabled: 0x0010,
} as const;

export const opcodeShift = 11;
export const opcodeMask = 0xf;
export const rcodeMask = 0xf;

/** In the TTL of the OPT record. */
export const dnssecOk = 0x8000;

/** What a client without EDNS takes. */
export const plainUdpBytesMax = 512;
/** More would come in fragments on some networks: what the DNS flag day of 2020 agreed on. */
export const udpBytesMax = 1232;
export const tcpBytesMax = 65_535;
/** No question is that long. */
export const queryBytesMax = 2048;
