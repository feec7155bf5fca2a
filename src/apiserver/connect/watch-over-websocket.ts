/** A watch whose client asks for a WebSocket: each event is a message. Mirrors apiserver endpoints/handlers WatchServer.HandleWS. */
import type { ApiRequest, ApiResponse, ByteStream } from '../../api/exchange.ts';
import { acceptHandshake, ServerWebSocket, type FrameKind } from './websocket.ts';

const noBody = new Uint8Array();
const newline = 0x0a;

/** Instead of `response`, which is a watch's stream; it is told to stop where there will be no WebSocket. */
export function watchOverWebSocket(request: ApiRequest, response: ApiResponse, body: ByteStream): ApiResponse {
  const events = body[Symbol.asyncIterator]();
  const stop = (): void => void events.return?.().catch(() => undefined);
  const handshake = acceptHandshake(request);
  if (!handshake.ok) {
    stop();
    const { status, headers, text } = handshake;
    return { status, headers, body: Buffer.from(text) };
  }
  const contentType = String(response.headers['content-type'] ?? '');
  const framing: Framing = contentType.includes('protobuf') ? lengthFraming : lineFraming;
  // The client may go before it was told.
  request.signal.addEventListener('abort', stop, { once: true });
  return {
    status: 101,
    // What else an answer has is left out, as upstream's WebSockets do.
    headers: handshake.headers,
    body: noBody,
    upgrade(connection) {
      const socket = new ServerWebSocket(connection, stop);
      void sendAll(events, framing, socket).finally(() => socket.close());
    },
  };
}

async function sendAll(events: AsyncIterator<Uint8Array>, framing: Framing, socket: ServerWebSocket): Promise<void> {
  try {
    for (;;) {
      const next = await events.next();
      if (next.done === true) return;
      for (const message of framing.messages(next.value)) {
        if (!(await socket.send(framing.kind, message))) return void events.return?.().catch(() => undefined);
      }
    }
  } catch {
    // What failed was told to the log by whoever watches the stream; the client sees the connection end.
  }
}

/** How the messages stand in the bytes of the stream, whose chunks hold whole ones. */
interface Framing {
  readonly kind: FrameKind;
  messages(chunk: Uint8Array): Generator<Uint8Array>;
}

const lineFraming: Framing = {
  kind: 'text',
  *messages(chunk) {
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(newline, start);
      const next = end < 0 ? chunk.length : end + 1;
      yield chunk.subarray(start, next);
      start = next;
    }
  },
};

const lengthFraming: Framing = {
  kind: 'binary',
  *messages(chunk) {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    while (start + 4 <= chunk.length) {
      const next = start + 4 + view.getUint32(start);
      yield chunk.subarray(start + 4, next);
      start = next;
    }
  },
};
