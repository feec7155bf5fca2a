/**
 * The server's side of exec and attach over a WebSocket, for containers whose programs run in this process: channels of one byte in front of each
 * message. Mirrors kubelet remotecommand's WebSocket server (v4, v5, and the older ones without a status), v1.36.
 */
import type { ApiRequest, ApiResponse, ByteStream } from '../../api/exchange.ts';
import type { JsonObject } from '../../api/json.ts';
import { newBadRequest, newInternalError, type Status } from '../../api/status.ts';
import type { ProcessEnd, RemoteProcess } from './pod-connector.ts';
import { agreeOnProtocol, offersWebSocket, ServerWebSocket } from './websocket.ts';

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const;
const withStatus = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const supported = [...withStatus, 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];
/** What a program hasn't read yet. Above it the client waits. */
const unreadBytesMax = 64 * 1024;

/** @throws StatusError for who speaks no WebSocket */
export function upgradeOf(request: ApiRequest, options: Readonly<JsonObject>, process: RemoteProcess): ApiResponse {
  if (!offersWebSocket(request)) throw newBadRequest('simulated containers are reached by WebSockets only');
  const handshake = agreeOnProtocol(request, supported);
  if (!handshake.ok) {
    return { status: handshake.status, headers: handshake.headers, body: Buffer.from(handshake.text) };
  }
  const { protocol, headers } = handshake;
  return {
    status: 101,
    headers,
    body: new Uint8Array(),
    upgrade(connection) {
      const abort = new AbortController();
      const stdin = new Incoming(
        () => socket.pause(),
        () => socket.resume(),
      );
      let channel = -1;
      const gone = (): void => {
        stdin.end();
        abort.abort();
      };
      const socket: ServerWebSocket = new ServerWebSocket(connection, gone, (piece, begins) => {
        if (begins) channel = piece[0] ?? -1;
        const bytes = begins ? piece.subarray(1) : piece;
        if (channel === channels.stdin && options['stdin'] === true) stdin.add(bytes);
        if (channel === channels.close && bytes[0] === channels.stdin) stdin.end();
      });
      void serve(socket, protocol, options, process, stdin, abort.signal);
    },
  };
}

async function serve(
  socket: ServerWebSocket,
  protocol: string,
  options: Readonly<JsonObject>,
  process: RemoteProcess,
  stdin: Incoming,
  signal: AbortSignal,
): Promise<void> {
  const send = async (channel: number, bytes: Uint8Array): Promise<void> => {
    await socket.send('binary', Buffer.concat([Buffer.from([channel]), bytes]));
  };
  const to = (name: 'stdout' | 'stderr') => async (bytes: Uint8Array) => {
    if (options[name] === true && bytes.length > 0) await send(channels[name], bytes);
  };
  // Says that it is open.
  await send(options['stdout'] === true ? channels.stdout : channels.error, Buffer.alloc(0));
  let end: ProcessEnd;
  try {
    const streams = {
      stdin: stdin.bytes(),
      stdout: to('stdout'),
      stderr: options['tty'] === true ? to('stdout') : to('stderr'),
    };
    if (options['stdin'] !== true) stdin.end();
    end = await process.run(streams, signal);
  } catch {
    end = { type: 'failed', message: 'the program could not be run' };
  }
  const { status, message = '' } = endStatus(end);
  // Before v4 there is a text, if anything went wrong.
  const text = withStatus.includes(protocol) ? JSON.stringify(endStatus(end)) : status === 'Success' ? '' : message;
  if (text !== '') await send(channels.error, Buffer.from(text));
  socket.close();
}

/** Mirrors kubelet remotecommand v4WriteStatusFunc and its callers. */
function endStatus(end: ProcessEnd): Partial<Status> {
  if (end.type === 'failed') return newInternalError(end.message).status;
  if (end.exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${end.exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(end.exitCode) }] },
  };
}

/** What the client types, as far as the program hasn't read it. */
class Incoming {
  readonly #pause: () => void;
  readonly #resume: () => void;
  readonly #waiting: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(pause: () => void, resume: () => void) {
    this.#pause = pause;
    this.#resume = resume;
  }

  add(bytes: Uint8Array): void {
    if (this.#ended || bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    if (this.#size > unreadBytesMax) this.#pause();
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *bytes(): ByteStream {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) {
        const wasFull = this.#size > unreadBytesMax;
        this.#size -= next.length;
        if (wasFull && this.#size <= unreadBytesMax) this.#resume();
        yield next;
      } else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
