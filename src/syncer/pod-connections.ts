/**
 * Connections into a tenant's pods, and to its services: the host's API server does the work, and is asked for the copy. That a copy is this
 * tenant's own, and of the very object that was asked for, is looked at each time, on the host itself: not in a cache, and not by its name alone.
 */
import type { ByteStream } from '../api/exchange.ts';
import type { KubeObject } from '../api/object.ts';
import { newBadRequest, newServiceUnavailable, newTooManyRequests, StatusError } from '../api/status.ts';
import type { Client } from '../client/client.ts';
import { ConnectionError } from '../client/connection-error.ts';
import { TooManyOpen, type DirectAnswer, type DirectExchange, type DirectRequest } from '../client/direct-exchange.ts';
import type { Logger } from '../lib/logger.ts';
import { fromTenantApi } from '../translate/identity.ts';
import { namesInPod, scrubber } from '../translate/host-texts.ts';
import { originOf, originOfCopy, type Place } from '../translate/marks.ts';
import { hostName } from '../translate/names.ts';
import { carriedBy } from '../translate/pods/carried.ts';
import { viewPod } from '../translate/pods/pod-view.ts';
import { scrubbedAnswer } from './host-answer.ts';
import { withTenantRoot } from './proxied-answer.ts';

/** As the API server says it: `ConnectTarget`. */
export type Connecting =
  | {
      readonly subresource: 'log' | 'exec' | 'attach' | 'portforward';
      readonly pod: Readonly<KubeObject>;
      readonly query: string;
    }
  | {
      readonly subresource: 'proxy';
      readonly resource: 'pods' | 'services';
      readonly object: Readonly<KubeObject>;
      readonly scheme: string;
      readonly port: string;
      readonly path: string;
      readonly query: string;
      readonly root: string;
    };

type Answer =
  | (Omit<Extract<DirectAnswer, { kind: 'response' }>, 'body'> & { readonly body: Uint8Array | ByteStream })
  | Extract<DirectAnswer, { kind: 'upgraded' }>;

export interface PodConnections {
  /** @throws StatusError */
  connect(target: Connecting, request: Omit<DirectRequest, 'target'>): Promise<Answer>;
}

export interface PodConnectionsOptions {
  readonly place: Place;
  readonly host: Client<'host'>;
  readonly direct: DirectExchange;
  readonly logger: Logger;
}

const retrySeconds = 5;

export function createPodConnections(options: PodConnectionsOptions): PodConnections {
  const { place, direct, logger } = options;
  return {
    async connect(target, request) {
      const resource = target.subresource === 'proxy' ? target.resource : 'pods';
      const object = target.subresource === 'proxy' ? target.object : target.pod;
      const copy = await copyOf(options, resource, object);
      if (target.subresource !== 'proxy') checkContainer(copy, target);
      const name = copy.metadata.name ?? '';
      const root = rootOf(place, resource, name, target);
      const path = target.subresource === 'proxy' ? target.path : '';
      const query = target.query === '' ? '' : `?${target.query}`;
      const origin = originOf(object);
      const lookup = resource === 'pods' ? namesInPod(place, fromTenantApi(object)) : undefined;
      const scrub = scrubber(place, origin, lookup);
      let answer: DirectAnswer;
      try {
        answer = await direct.send({ ...request, target: root + path + query });
      } catch (error) {
        throw unreachable(error, logger);
      }
      if (answer.kind === 'upgraded') return answer;
      if (target.subresource !== 'proxy') return answer.status < 300 ? answer : scrubbedAnswer(answer, scrub, false);
      if (answer.status >= 400) return scrubbedAnswer(answer, scrub, true);
      return withTenantRoot(answer, root, target.root);
    },
  };
}

/** The host's path of what is connected to, without what stands behind a proxy. */
function rootOf(place: Place, resource: string, name: string, target: Connecting): string {
  const id = target.subresource === 'proxy' ? proxyId(name, target.scheme, target.port) : name;
  const namespace = encodeURIComponent(place.hostNamespace);
  return `/api/v1/namespaces/${namespace}/${resource}/${id}/${target.subresource}`;
}

function proxyId(name: string, scheme: string, port: string): string {
  const escaped = encodeURIComponent(port);
  if (scheme !== '') return `${scheme}:${name}:${escaped}`;
  return port === '' ? name : `${name}:${escaped}`;
}

/** Debug containers of the host's people are theirs, though the tenant's pod names one that is called the same. @throws StatusError */
function checkContainer(copy: KubeObject, { pod, query }: Extract<Connecting, { pod: unknown }>): void {
  const container = new URLSearchParams(query).get('container') ?? '';
  const isEphemeral = viewPod(copy).spec.ephemeralContainers?.some(({ name }) => name === container);
  if (isEphemeral && !carriedBy(copy).ephemeralContainers.includes(container))
    throw newBadRequest(`container ${container} is not valid for pod ${pod.metadata.name ?? ''}`);
}

/** The copy of this object, and of no other. @throws StatusError */
async function copyOf(
  { place, host, logger }: PodConnectionsOptions,
  resource: string,
  object: Readonly<KubeObject>,
): Promise<KubeObject> {
  const wanted = originOf(object);
  const name = hostName(place.tenant, wanted.namespace, wanted.name);
  let copy: KubeObject;
  try {
    copy = await host.resource({ group: '', version: 'v1', resource }, place.hostNamespace).get(name);
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 404) throw notThere(object);
    throw unreachable(error, logger);
  }
  const origin = originOfCopy(place, copy);
  if (!origin || origin.uid !== wanted.uid || origin.name !== wanted.name || origin.namespace !== wanted.namespace)
    throw notThere(object);
  return copy;
}

function notThere({ kind, metadata }: Readonly<KubeObject>): StatusError {
  return newServiceUnavailable(`${kind.toLowerCase()} ${metadata.name ?? ''} is not on the host, or not yet`);
}

/** What went wrong between us and the host is told to the log; the tenant is told that it did. */
function unreachable(error: unknown, logger: Logger): StatusError {
  if (error instanceof TooManyOpen) {
    return newTooManyRequests('too many connections into pods are open, please try again later', retrySeconds);
  }
  if (error instanceof ConnectionError && error.message.includes('aborted')) {
    return newServiceUnavailable('the client has gone');
  }
  if (!(error instanceof ConnectionError || error instanceof StatusError)) throw error;
  logger.warn({ err: error }, 'the host did not take a connection into a pod');
  return newServiceUnavailable('the host cannot be reached just now, please try again later');
}
