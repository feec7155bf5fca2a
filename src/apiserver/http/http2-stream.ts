/** One request over HTTP/2. */
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { ApiResponse, Peer } from '../../api/exchange.ts';
import { failureResponse } from './failure-response.ts';
import { bodyOf, IncomingRequest, passesOn, type IncomingRest } from './incoming.ts';
import type { Serving } from './serving.ts';
import { readRequestBody } from './request-body.ts';
import { compressed, isStream, pipeStream } from './response-body.ts';

const { NGHTTP2_FLAG_END_STREAM: endStream, NGHTTP2_NO_ERROR: noError } = constants;
const noBody = new Uint8Array();

export function answerHttp2(
  serving: Serving,
  stream: ServerHttp2Stream,
  byName: IncomingHttpHeaders,
  raw: readonly string[] | undefined,
  flags: number,
  peer: Peer,
): void {
  // The close event tells what there is to know.
  stream.on('error', () => undefined);
  const method = byName[':method'] ?? '';
  const target = byName[':path'] ?? '/';
  const answer = (body: Uint8Array, rest?: IncomingRest): void => {
    const request = new IncomingRequest(method, target, { byName, raw }, body, peer, rest);
    stream.once('close', () => request.abort());
    void exchange(serving, stream, request);
  };
  if ((flags & endStream) !== 0) return answer(noBody);
  if (passesOn(serving, target)) return answer(noBody, { bodyStream: bodyOf(stream) });
  readRequestBody(stream, byName['content-length'], serving.options.clock, serving.limits, (body, failure) => {
    if (failure === undefined) return answer(body);
    if (failure === 'gone') return;
    writeWhole(stream, method, failureResponse(failure));
    // The rest of the body isn't wanted.
    stream.close(noError);
  });
}

async function exchange(serving: Serving, stream: ServerHttp2Stream, request: IncomingRequest): Promise<void> {
  try {
    const answered = await serving.options.exchange(request);
    const response = serving.unread.admit(await compressed(answered, request.headers, serving.limits.gzipBytesMin));
    if (stream.destroyed || stream.headersSent) return drop(response);
    if (!isStream(response.body)) {
      serving.unread.hold(stream, response.body.length, () => stream.close(constants.NGHTTP2_CANCEL));
      // Of a body that nobody read the rest isn't wanted.
      if (request.bodyStream && !stream.readableEnded) stream.once('finish', () => stream.close(noError));
      return writeWhole(stream, request.method, response);
    }
    stream.respond(outgoing(response));
    await pipeStream(response.body, stream, serving.stopping);
  } catch (error) {
    if (stream.destroyed) return;
    serving.options.logger.error({ error, path: request.path }, 'a request failed');
    if (stream.headersSent) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else writeWhole(stream, request.method, failureResponse());
  }
}

function writeWhole(stream: ServerHttp2Stream, method: string, response: ApiResponse): void {
  if (stream.destroyed || stream.headersSent || isStream(response.body)) return;
  const { body } = response;
  const headers = outgoing(response);
  if (method === 'HEAD' || body.length === 0) {
    if (response.status !== 204 && response.status !== 304) headers['content-length'] = body.length;
    return stream.respond(headers, { endStream: true });
  }
  headers['content-length'] = body.length;
  stream.respond(headers);
  stream.end(body);
}

function outgoing(response: ApiResponse): OutgoingHttpHeaders {
  return { ...response.headers, ':status': response.status };
}

/** Nobody reads it: tells the producer so. */
function drop(response: ApiResponse): void {
  if (isStream(response.body))
    void response.body[Symbol.asyncIterator]()
      .return?.()
      .catch(() => undefined);
}
