/** `proxy` of pods and services. Mirrors kubernetes registry/core/pod ResourceLocation, registry/core/service/storage ResourceLocation, v1.36. */
import { ipText, parseIp } from '../../api/ip-address.ts';
import type { KubeObject } from '../../api/object.ts';
import { goQuote } from '../../api/go-text.ts';
import { newBadRequest } from '../../api/status.ts';
import type { VerbHandler, VerbRequest } from '../verbs/verb.ts';
import { admitted } from './connect-admission.ts';
import { answerOf } from './connect-answer.ts';
import { proxiedHeaders } from './connection-headers.ts';
import type { PodConnector } from './pod-connector.ts';
import { addressOf, firstPortOf } from './pod-container.ts';
import { cleanedPath, escapedSegment, splitSchemeNamePort, type ProxyId } from './proxy-target.ts';

export function podProxy(connector: PodConnector): VerbHandler {
  return (request) => proxied(connector, request, 'pods');
}

export function serviceProxy(connector: PodConnector): VerbHandler {
  return (request) => proxied(connector, request, 'services');
}

/** Paths whose bodies are handed over as they come: such of a proxy, as they are written by all clients. */
export function isProxyPath(path: string): boolean {
  return /^\/api\/v1\/namespaces\/[^/%]+\/(?:pods|services)\/(?:[^/%]|%3A)+\/proxy(?:\/|$)/i.test(path);
}

async function proxied(
  connector: PodConnector,
  request: VerbRequest,
  resource: 'pods' | 'services',
): Promise<ReturnType<typeof answerOf>> {
  const { context, namespace, name } = request;
  const incoming = context.request;
  const prefix = `/api/v1/namespaces/${namespace}/${resource}/${name}/proxy`;
  const asked = context.info.path.startsWith(`${prefix}/`) ? context.info.path.slice(prefix.length) : '';
  const options = await admitted(request, asked === '' ? {} : { path: asked });
  const path = cleanedPath(typeof options['path'] === 'string' ? options['path'] : '');
  const id = splitSchemeNamePort(name);
  if (!id) throw newBadRequest(`invalid ${resource === 'pods' ? 'pod' : 'service'} request ${goQuote(name)}`);
  const object = (await request.store.get({ ...request, name: id.name })).object;
  const port = resource === 'pods' ? podPort(object, id) : id.port;
  const root = `/api/v1/namespaces/${escapedSegment(namespace)}/${resource}/${escapedSegment(name)}/proxy`;
  if (path === '' && incoming.upgrade === undefined && (incoming.method === 'GET' || incoming.method === 'HEAD')) {
    const query = incoming.query === '' ? '' : `?${incoming.query}`;
    return { status: 301, headers: { location: `${root}/${query}` }, body: new Uint8Array() };
  }
  const answer = await connector.connect(
    { subresource: 'proxy', resource, object, scheme: id.scheme, port, path, query: incoming.query, root },
    {
      method: incoming.method,
      headers: proxiedHeaders(incoming),
      body: incoming.bodyStream ?? incoming.body,
      signal: incoming.signal,
    },
  );
  return answerOf(answer, incoming.signal);
}

/** Said here: on a host the pod may have containers, and ports, that are none of its own. @throws StatusError BadRequest */
function podPort(pod: Readonly<KubeObject>, { port }: ProxyId): string {
  if (!isGlobalUnicast(addressOf(pod))) throw newBadRequest('address not allowed');
  return port === '' ? firstPortOf(pod) : port;
}

/** Mirrors Go's net.IP IsGlobalUnicast. */
function isGlobalUnicast(address: string): boolean {
  const ip = parseIp(address);
  if (!ip) return false;
  return !/^(?:127\.|169\.254\.|2(?:2[4-9]|3\d)\.|0\.0\.0\.0$|255\.255\.255\.255$|::1?$|fe[89ab]|ff)/i.test(ipText(ip));
}
