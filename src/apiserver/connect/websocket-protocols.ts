/** The protocols that a client of a WebSocket offers; one of them may carry a token, and is no protocol. */
import type { Headers } from '../../api/exchange.ts';

const bearerPrefix = 'base64url.bearer.authorization.k8s.io.';

export function protocolsOf(headers: Headers): readonly string[] {
  const header = headers['sec-websocket-protocol'];
  return header === undefined ? [] : header.split(',').map((protocol) => protocol.trim());
}

export function isBearerProtocol(protocol: string): boolean {
  return protocol.startsWith(bearerPrefix);
}

/** `undefined`: it carries no text. */
export function tokenOfProtocol(protocol: string): string | undefined {
  const encoded = protocol.slice(bearerPrefix.length);
  const bytes = Buffer.from(encoded, 'base64url');
  // Go takes neither padding nor other letters.
  if (bytes.toString('base64url') !== encoded) return undefined;
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : undefined;
}
