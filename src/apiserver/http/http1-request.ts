/** One request over HTTP/1.1. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ApiResponse, Peer } from '../../api/exchange.ts';
import { failureResponse } from './failure-response.ts';
import { IncomingRequest } from './incoming.ts';
import type { Serving } from './serving.ts';
import { readRequestBody } from './request-body.ts';
import { compressed, isStream, pipeStream } from './response-body.ts';

export function answerHttp1(serving: Serving, message: IncomingMessage, response: ServerResponse, peer: Peer): void {
  message.on('error', () => undefined);
  response.on('error', () => undefined);
  const { method = '', url = '/', headers, rawHeaders } = message;
  readRequestBody(message, headers['content-length'], serving.options.clock, serving.limits, (body, failure) => {
    if (failure === 'gone') return void response.destroy();
    if (failure !== undefined) {
      // The rest of the body isn't wanted.
      response.shouldKeepAlive = false;
      writeWhole(serving, response, failureResponse(failure));
      return;
    }
    const request = new IncomingRequest(method, url, { byName: headers, raw: rawHeaders }, body, peer);
    response.once('close', () => request.abort());
    void exchange(serving, response, request);
  });
}

async function exchange(serving: Serving, target: ServerResponse, request: IncomingRequest): Promise<void> {
  try {
    const answered = await serving.options.exchange(request);
    const response = serving.unread.admit(await compressed(answered, request.headers, serving.limits.gzipBytesMin));
    if (!isStream(response.body)) {
      serving.unread.hold(target, response.body.length, () => target.destroy());
      return writeWhole(serving, target, response);
    }
    target.writeHead(response.status, outgoing(response));
    target.flushHeaders();
    await pipeStream(response.body, target, serving.stopping);
  } catch (error) {
    if (target.destroyed) return;
    serving.options.logger.error({ error, path: request.path }, 'a request failed');
    if (target.headersSent) target.destroy();
    else writeWhole(serving, target, failureResponse());
  }
}

function writeWhole(serving: Serving, target: ServerResponse, response: ApiResponse): void {
  if (target.destroyed || target.headersSent || isStream(response.body)) return;
  const { body, status } = response;
  const headers = outgoing(response);
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
