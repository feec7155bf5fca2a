/** Which headers go on into a pod, and which come back. */
import type { ApiRequest } from '../../api/exchange.ts';
import { passedHeaders, responseHeaders, type OutgoingHeaders } from '../aggregation/proxy-headers.ts';
import { isBearerProtocol, protocolsOf } from './websocket-protocols.ts';

/** All that exec, attach and port-forward know of. */
const streaming = [
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
  'x-stream-protocol-version',
];
/** Of no use to an app, and words to the host's API server that are this server's to say. */
const hostWords = new Set(['audit-id', 'accept-encoding', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-uri']);

/** Of a request to switch to a stream: only what says how. */
export function streamHeaders({ headers, rawHeaders, upgrade }: ApiRequest): OutgoingHeaders {
  const passed: OutgoingHeaders = upgrade === undefined ? {} : { connection: 'Upgrade', upgrade };
  for (const name of streaming) {
    const value = headers[name];
    if (value !== undefined) passed[name] = severalOf(name, rawHeaders) ?? value;
  }
  const protocols = protocolsOf(headers).filter((protocol) => !isBearerProtocol(protocol));
  if (protocols.length > 0) passed['sec-websocket-protocol'] = protocols.join(', ');
  return passed;
}

/** Of a request to what a pod serves: its own, but for credentials and what is for one hop only. */
export function proxiedHeaders(request: ApiRequest): OutgoingHeaders {
  const { 'user-agent': agent, ...headers } = passedHeaders(request, request.peer?.address);
  for (const name of hostWords) delete headers[name];
  delete headers['host'];
  // Without one Node would say nothing, and the host's server count it as unknown.
  headers['user-agent'] = agent ?? '';
  if (request.upgrade !== undefined) Object.assign(headers, { connection: 'Upgrade', upgrade: request.upgrade });
  if (!request.bodyStream) {
    delete headers['content-length'];
    const hasBody = request.body.length > 0 || request.method === 'POST' || request.method === 'PUT';
    if (hasBody) headers['content-length'] = String(request.body.length);
  }
  return headers;
}

/** Of what switches to a stream. */
export function switchedHeaders(
  incoming: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string | readonly string[]> {
  const { upgrade = '' } = incoming;
  return { ...responseHeaders(incoming), connection: 'Upgrade', upgrade };
}

/** Go's clients offer protocols in headers of their own, in their order. */
function severalOf(wanted: string, rawHeaders: readonly string[] | undefined): string[] | undefined {
  const values = rawHeaders?.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === wanted);
  return values !== undefined && values.length > 1 ? values : undefined;
}
