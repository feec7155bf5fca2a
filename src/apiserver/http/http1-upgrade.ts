/**
 * Requests that want to switch to another protocol on their connection (WebSocket, SPDY/3.1): only over HTTP/1.1. They go through the same
 * exchange as all others; only an answer of 101 that says what is to become of the connection switches it, any other one ends it.
 */
import { ServerResponse, validateHeaderName, validateHeaderValue, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ApiResponse, Peer } from '../../api/exchange.ts';
import { newTooManyRequests } from '../../api/status.ts';
import { failureResponse } from './failure-response.ts';
import { writeHttp1 } from './http1-request.ts';
import { IncomingRequest, passesOn } from './incoming.ts';
import type { Serving } from './serving.ts';

const noBody = new Uint8Array();
const retryAfterSeconds = 1;
const keepAliveMs = 30_000;
/** What is served here; what is passed on may switch to anything. */
const served = /^(?:websocket|spdy\/3\.1)$/i;

/** Whether a request's wish to switch is to be looked at; other ones are requests like any, as in Go. */
export function wantsUpgrade(serving: Serving, { url = '/', headers }: IncomingMessage): boolean {
  // What has a body first would have to be read first.
  if (Number(headers['content-length'] ?? 0) !== 0 || headers['transfer-encoding'] !== undefined) return false;
  return served.test(headers.upgrade?.trim() ?? '') || passesOn(serving, url);
}

/** Answers, and hands the connection over or ends it. `head`: what came behind the request. */
export async function answerUpgrade(
  serving: Serving,
  upgraded: Set<Duplex>,
  message: IncomingMessage,
  socket: TLSSocket,
  head: Buffer,
  peer: Peer,
): Promise<void> {
  const { method = '', url = '/', headers, rawHeaders } = message;
  // Whoever takes over adds one of his own.
  socket.on('error', () => undefined);
  const upgrade = headers.upgrade ?? '';
  const request = new IncomingRequest(method, url, { byName: headers, raw: rawHeaders }, noBody, peer, { upgrade });
  socket.once('close', () => request.abort());
  const refuse = (response: ApiResponse): Promise<void> => answerPlainly(serving, message, socket, request, response);
  if (upgraded.size >= serving.limits.upgradedMax) {
    const error = newTooManyRequests('too many connections were upgraded, please try again later', retryAfterSeconds);
    return refuse(failureResponse(error));
  }
  upgraded.add(socket);
  socket.once('close', () => upgraded.delete(socket));
  let response: ApiResponse;
  try {
    response = await serving.options.exchange(request);
  } catch (error) {
    serving.options.logger.error({ error, path: request.path }, 'a request failed');
    response = failureResponse();
  }
  if (response.status !== 101 || !response.upgrade) return refuse(response);
  if (socket.destroyed || serving.stopping.aborted) return void socket.destroy();
  try {
    socket.write(switchingHead(response));
  } catch (error) {
    serving.options.logger.error({ error, path: request.path }, 'an upgrade failed');
    return void socket.destroy();
  }
  socket.setTimeout(0);
  // What is silent for long must still be found out when its other end is lost.
  socket.setKeepAlive(true, keepAliveMs);
  socket.setNoDelay(true);
  if (head.length > 0) socket.unshift(head);
  response.upgrade(socket);
}

/** The connection ends with the answer: its bytes are no longer parsed. */
async function answerPlainly(
  serving: Serving,
  message: IncomingMessage,
  socket: TLSSocket,
  request: IncomingRequest,
  answered: ApiResponse,
): Promise<void> {
  if (socket.destroyed) return;
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  response.on('error', () => undefined);
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    socket.destroySoon();
  });
  await writeHttp1(serving, response, request, answered);
}

/** @throws TypeError for a header that is none */
function switchingHead({ headers }: ApiResponse): string {
  const lines = ['HTTP/1.1 101 Switching Protocols'];
  for (const [name, values] of Object.entries(headers)) {
    validateHeaderName(name);
    for (const value of typeof values === 'string' ? [values] : values) {
      validateHeaderValue(name, value);
      lines.push(`${name}: ${value}`);
    }
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
