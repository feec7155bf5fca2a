/** A log whose client asks for a WebSocket. Mirrors streaming httpstream/wsstream Reader, v1.36. */
import type { ApiRequest, ApiResponse, ByteStream } from '../../api/exchange.ts';
import { agreeOnProtocol, ServerWebSocket } from './websocket.ts';

const base64Protocol = 'base64.binary.k8s.io';
const supported = ['binary.k8s.io', base64Protocol];

export function logOverWebSocket(request: ApiRequest, body: ByteStream): ApiResponse {
  const pieces = body[Symbol.asyncIterator]();
  const stop = (): void => void pieces.return?.().catch(() => undefined);
  const handshake = agreeOnProtocol(request, supported);
  if (!handshake.ok) {
    stop();
    return { status: handshake.status, headers: handshake.headers, body: Buffer.from(handshake.text) };
  }
  request.signal.addEventListener('abort', stop, { once: true });
  return {
    status: 101,
    headers: handshake.headers,
    body: new Uint8Array(),
    upgrade(connection) {
      const socket = new ServerWebSocket(connection, stop);
      void sendAll(pieces, handshake.protocol === base64Protocol, socket).finally(() => socket.close());
    },
  };
}

async function sendAll(pieces: AsyncIterator<Uint8Array>, asText: boolean, socket: ServerWebSocket): Promise<void> {
  try {
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      const bytes = Buffer.from(next.value);
      const sent = asText ? socket.send('text', Buffer.from(bytes.toString('base64'))) : socket.send('binary', bytes);
      if (!(await sent)) return void pieces.return?.().catch(() => undefined);
    }
  } catch {
    // The client sees the connection end.
  }
}
