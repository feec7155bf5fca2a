/** The records that we give ourselves. */
import { parseIp } from '../../api/ip-address.ts';
import type { DomainName } from './domain-name.ts';
import { recordType } from './wire.ts';

export type RecordData =
  | { readonly kind: 'address'; readonly bytes: Uint8Array }
  | { readonly kind: 'name'; readonly name: DomainName }
  | {
      readonly kind: 'service';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: DomainName;
    }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'authority';
      readonly server: DomainName;
      readonly mailbox: DomainName;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    };

export interface ResourceRecord {
  readonly name: DomainName;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  readonly data: RecordData;
}

/** A or AAAA, as the address is; `undefined`: the text is no address. */
export function addressRecord(name: DomainName, ttl: number, address: string): ResourceRecord | undefined {
  const bytes = addressBytes(address);
  if (!bytes) return undefined;
  return { name, type: bytes.length === 4 ? recordType.A : recordType.AAAA, ttl, data: { kind: 'address', bytes } };
}

/** `type`: CNAME, NS or PTR. */
export function nameRecord(name: DomainName, type: number, ttl: number, target: DomainName): ResourceRecord {
  return { name, type, ttl, data: { kind: 'name', name: target } };
}

/** Four bytes or sixteen. */
function addressBytes(text: string): Uint8Array | undefined {
  const address = parseIp(text);
  if (!address) return undefined;
  const length = address.family === 4 || address.mapped ? 4 : 16;
  return Uint8Array.from({ length }, (_, index) => Number((address.value >> BigInt(8 * (length - 1 - index))) & 0xffn));
}
