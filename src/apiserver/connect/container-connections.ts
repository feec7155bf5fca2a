/** `log`, `exec`, `attach` and `portforward` of pods. Mirrors kubernetes registry/core/pod LogLocation, streamLocation, PortForwardLocation, v1.36. */
import type { ApiResponse, ByteStream } from '../../api/exchange.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { newBadRequest, newInternalError } from '../../api/status.ts';
import type { VerbHandler, VerbRequest } from '../verbs/verb.ts';
import { admitted } from './connect-admission.ts';
import {
  optionsQuery,
  podAttachOptions,
  podExecOptions,
  podLogOptions,
  podPortForwardOptions,
} from './connect-options.ts';
import { streamHeaders } from './connection-headers.ts';
import { answerOf } from './connect-answer.ts';
import { logOverWebSocket } from './log-over-websocket.ts';
import { containerOf, nodeOf } from './pod-container.ts';
import type { PodConnector } from './pod-connector.ts';
import { upgradeOf } from './remote-command.ts';
import { offersWebSocket } from './websocket.ts';

const noBody = new Uint8Array();

export function podLog(connector: PodConnector): VerbHandler {
  return async (request) => {
    const options = podLogOptions(request.context.query, request.name);
    const pod = await podOf(request);
    const container = containerOf(pod, options.container);
    // Nothing was ever printed.
    if (nodeOf(pod) === '') return { status: 204, headers: {}, body: noBody };
    const asked = { ...options, container };
    const { signal } = request.context.request;
    const answer = await connector.connect(
      { subresource: 'log', pod, options: asked, query: optionsQuery(asked) },
      { method: 'GET', headers: {}, body: noBody, signal },
    );
    if (answer.kind !== 'response') throw newInternalError('a log is no stream of both ways');
    if (answer.status !== 200) return answerOf(answer, signal);
    const { status, body } = answer;
    const { request: incoming } = request.context;
    if (offersWebSocket(incoming)) return logOverWebSocket(incoming, asStream(body));
    return { status, headers: { 'content-type': 'text/plain' }, body };
  };
}

export function podExec(connector: PodConnector): VerbHandler {
  return (request) => streamed(connector, request, 'exec', podExecOptions);
}

export function podAttach(connector: PodConnector): VerbHandler {
  return (request) => streamed(connector, request, 'attach', podAttachOptions);
}

export function podPortForward(connector: PodConnector): VerbHandler {
  return (request) => streamed(connector, request, 'portforward', podPortForwardOptions);
}

async function streamed(
  connector: PodConnector,
  request: VerbRequest,
  subresource: 'exec' | 'attach' | 'portforward',
  decode: (query: URLSearchParams) => JsonObject,
): Promise<ApiResponse> {
  const incoming = request.context.request;
  const options = await admitted(request, decode(request.context.query));
  const pod = await podOf(request);
  if (subresource !== 'portforward') options['container'] = containerOf(pod, textOf(options['container']));
  if (nodeOf(pod) === '') throw newBadRequest(`pod ${request.name} does not have a host assigned`);
  if (incoming.upgrade === undefined) throw newBadRequest('Upgrade request required');
  const { method, signal } = incoming;
  const answer = await connector.connect(
    { subresource, pod, options, query: optionsQuery(options) },
    { method, headers: streamHeaders(incoming), body: noBody, signal },
  );
  return answer.kind === 'process' ? upgradeOf(incoming, options, answer.process) : answerOf(answer, signal);
}

async function podOf(request: VerbRequest): Promise<Readonly<KubeObject>> {
  return (await request.store.get(request)).object;
}

async function* asStream(body: Uint8Array | ByteStream): ByteStream {
  if (body instanceof Uint8Array) yield body;
  else yield* body;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
