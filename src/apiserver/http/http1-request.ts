/** One request over HTTP/1.1. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ApiResponse, Peer } from '../../api/exchange.ts';
import { failureResponse } from './failure-response.ts';
import { bodyOf, IncomingRequest, passesOn, type IncomingRest } from './incoming.ts';
import type { Serving } from './serving.ts';
import { readRequestBody } from './request-body.ts';
import { compressed, isStream, pipeStream } from './response-body.ts';

export function answerHttp1(serving: Serving, message: IncomingMessage, response: ServerResponse, peer: Peer): void {
  message.on('error', () => undefined);
  response.on('error', () => undefined);
  const { method = '', url = '/', headers, rawHeaders } = message;
  const answer = (body: Uint8Array, rest?: IncomingRest): void => {
    const request = new IncomingRequest(method, url, { byName: headers, raw: rawHeaders }, body, peer, rest);
    response.once('close', () => request.abort());
    void writeHttp1(serving, response, request, serving.options.exchange(request));
  };
  if (passesOn(serving, url)) return answer(noBody, { bodyStream: bodyOf(message) });
  readRequestBody(message, headers['content-length'], serving.options.clock, serving.limits, (body, failure) => {
    if (failure === 'gone') return void response.destroy();
    if (failure !== undefined) {
      // The rest of the body isn't wanted.
      response.shouldKeepAlive = false;
      writeWhole(serving, response, failureResponse(failure));
      return;
    }
    answer(body);
  });
}

const noBody = new Uint8Array();

/** Writes the answer, and resolves when it is written. Never rejects. */
export async function writeHttp1(
  serving: Serving,
  target: ServerResponse,
  request: IncomingRequest,
  answer: ApiResponse | Promise<ApiResponse>,
): Promise<void> {
  try {
    await writeAnswer(serving, target, request, await answer);
  } catch (error) {
    failed(serving, target, request, error);
  }
}

async function writeAnswer(
  serving: Serving,
  target: ServerResponse,
  request: IncomingRequest,
  answered: ApiResponse,
): Promise<void> {
  const response = serving.unread.admit(await compressed(answered, request.headers, serving.limits.gzipBytesMin));
  if (!isStream(response.body)) {
    serving.unread.hold(target, response.body.length, () => target.destroy());
    return writeWhole(serving, target, response);
  }
  target.writeHead(response.status, outgoing(response));
  target.flushHeaders();
  await pipeStream(response.body, target, serving.stopping);
}

function failed(serving: Serving, target: ServerResponse, request: IncomingRequest, error: unknown): void {
  if (target.destroyed) return;
  serving.options.logger.error({ error, path: request.path }, 'a request failed');
  if (target.headersSent) target.destroy();
  else writeWhole(serving, target, failureResponse());
}

function writeWhole(serving: Serving, target: ServerResponse, response: ApiResponse): void {
  if (target.destroyed || target.headersSent || isStream(response.body)) return;
  const { body, status } = response;
  const headers = outgoing(response);
  // Of a body that nobody read the rest isn't wanted.
  if (!target.req.complete) headers['connection'] = 'close';
  if (status !== 204 && status !== 304) headers['content-length'] = body.length;
  if (serving.stopping.aborted) headers['connection'] = 'close';
  target.writeHead(status, headers);
  // Node leaves the body out where the method is HEAD.
  target.end(body);
}

function outgoing(response: ApiResponse): OutgoingHttpHeaders {
  // Node takes arrays, though its types want them mutable.
  return { ...response.headers } as OutgoingHttpHeaders;
}
