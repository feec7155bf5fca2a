/**
 * Which addresses a tenant's Service may lead this process to. Names and addresses of Services are the tenant's to choose; the process stands
 * where the tenant itself doesn't. So loopback, link-local and such are never dialled for it.
 */
import { BlockList, isIP } from 'node:net';

const refused = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  refused.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  refused.addSubnet(network, prefix, 'ipv6');
}

/** `address`: an IP address in any spelling; whatever is none may not be dialled. IPv4 within IPv6 counts as what it is. */
export function mayDial(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  return !refused.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
