/**
 * The API server as one function from request to response: who asks (authentication), for what (RequestInfo), may they
 * (authorization), and then the verbs, or what answers other paths. Mirrors the order of apiserver server/config.go
 * DefaultBuildHandlerChain.
 */
import type { ProtobufCodec } from '../api/codec/protobuf.ts';
import type { ApiRequest, ApiResponse, Exchange } from '../api/exchange.ts';
import { newGenericServerResponse, newInternalError, newUnauthorized, StatusError } from '../api/status.ts';
import type { User } from '../api/user.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import type { Authenticator } from './authn/authenticator.ts';
import { impersonatedUser } from './authn/impersonation-headers.ts';
import { createImpersonation, type Impersonation } from './authn/impersonation.ts';
import { attributesOf, forbiddenError, type Authorizer } from './authz/authorizer.ts';
import { alsoNeeded } from './connect/connect-permission.ts';
import { watchOverWebSocket } from './connect/watch-over-websocket.ts';
import { offersWebSocket } from './connect/websocket.ts';
import { isBuiltinGroup } from './discovery/group-priority.ts';
import type { ResourceCatalog } from './discovery/resource-catalog.ts';
import { InFlightRequests, tooManyRequests, type RequestLimits } from './http/request-limits.ts';
import { CallerMetrics } from './http/caller-metrics.ts';
import { metricText, type Metric } from '../lib/metrics/metric-text.ts';
import { metricVerb, RequestMetrics } from './http/request-metrics.ts';
import { watchedStream } from './http/watched-stream.ts';
import { createNegotiation } from './negotiation/create-negotiation.ts';
import { checkAccepted } from './negotiation/check-accepted.ts';
import { statusResponse } from './negotiation/status-response.ts';
import type { PathHandler } from './path-handler.ts';
import type { RequestContext } from './request-context.ts';
import { withDeadline } from './request-deadline.ts';
import { parseQuery } from './query-string.ts';
import { RequestInfoError, quotedUri, requestInfoOf } from './request-info.ts';
import type { ResourceHandler } from './verbs/resource-handler.ts';
import { warningHeaders } from './http/warning-headers.ts';

export interface ApiServerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly catalog: ResourceCatalog;
  readonly codec: ProtobufCodec;
  readonly handleResource: ResourceHandler;
  /** In front of all that is served here: group versions that other servers serve. `undefined`: it is none of theirs. */
  readonly passOn?: (context: RequestContext) => Promise<ApiResponse | undefined>;
  /** What `/metrics` tells besides requests and callers. Absent: nothing. */
  readonly metrics?: () => Promise<readonly Metric[]>;
  /** Discovery, health, version, OpenAPI…: the first that knows a path answers. */
  readonly paths: readonly PathHandler[];
  /** How much is worked on at once; what is absent has upstream's defaults. */
  readonly limits?: Partial<RequestLimits>;
}

const pageNotFound = Buffer.from('404 page not found\n');
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const proxiedMethods = new Set([...methods, 'HEAD', 'OPTIONS']);
const plainText = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
const notFound: ApiResponse = { status: 404, headers: plainText, body: pageNotFound };

export function createApiServer(options: ApiServerOptions): Exchange {
  return new ApiServer(options).exchange;
}

class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #metrics = new RequestMetrics();
  readonly #callers = new CallerMetrics();
  readonly #inFlight: InFlightRequests;
  readonly #impersonation: Impersonation;
  readonly #negotiation: ReturnType<typeof createNegotiation>;
  readonly #paths: readonly PathHandler[];
  /** The errors of callers that may not do what they asked for. */
  readonly #refused = new WeakSet<StatusError>();

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#inFlight = new InFlightRequests(options.clock, options.limits);
    this.#impersonation = createImpersonation(options.authorizer);
    this.#negotiation = createNegotiation(options);
    this.#paths = [...options.paths, this.#metricsPath(), this.#rootPath()];
  }

  /** Never rejects. */
  readonly exchange: Exchange = async (request) => {
    const { clock, random } = this.#options;
    const began = clock.monotonic();
    const asked = request.headers['audit-id'] ?? '';
    // Clients may choose it; it is given back, so it must not be long.
    const auditId = asked === '' ? random.uuid() : asked.slice(0, 64);
    const context = this.#contextOf(request);
    if (!('info' in context)) return { ...context, headers: { ...context.headers, 'audit-id': auditId } };
    const ended = this.#metrics.started(context.info);
    const finish = (code: number): void => {
      ended();
      const { info, query } = context;
      const seconds = (clock.monotonic() - began) / 1000;
      const verb = metricVerb(info, request);
      this.#metrics.finished({ info: this.#known(context), verb, code, dryRun: query.has('dryRun'), seconds });
      this.#options.logger.debug({ auditId, verb: info.verb, path: info.path, code, seconds }, 'request');
    };
    const response = await this.#answer(context, auditId);
    const headers = { ...response.headers, ...warningHeaders(context.warnings) };
    if (response.body instanceof Uint8Array) {
      finish(response.status);
      return withHeaders({ ...response, headers }, auditId);
    }
    const body = watchedStream(response.body, () => finish(response.status));
    const streamed = withHeaders({ ...response, headers, body }, auditId);
    const toSocket = context.info.verb === 'watch' && response.status === 200 && offersWebSocket(request);
    return toSocket ? watchOverWebSocket(request, streamed, body) : streamed;
  };

  /** Or what to answer when the path makes no sense. */
  #contextOf(request: ApiRequest): Omit<RequestContext, 'user'> | ApiResponse {
    try {
      const info = requestInfoOf(request);
      const query = parseQuery(request.query);
      return { request, info, query, now: this.#options.clock.now(), warnings: [] };
    } catch (error) {
      if (!(error instanceof RequestInfoError)) throw error;
      const text = `Internal Server Error: ${quotedUri(request)}: failed to create RequestInfo: ${error.message}\n`;
      return { status: 500, headers: plainText, body: Buffer.from(text) };
    }
  }

  async #answer(context: Omit<RequestContext, 'user'>, auditId: string): Promise<ApiResponse> {
    const { clock, codec, logger } = this.#options;
    try {
      return await withDeadline(clock, context, () => this.#inTurn(context));
    } catch (error) {
      if (error instanceof StatusError) {
        const code = error.status.code ?? 500;
        if (code >= 500) logger.warn({ auditId, path: context.info.path, error }, 'answered with an error');
        const response = statusResponse(error, context, codec);
        // Upstream's error writer for who may not says so; that of admission doesn't.
        if (!this.#refused.has(error)) return response;
        return { ...response, headers: { ...response.headers, 'x-content-type-options': 'nosniff' } };
      }
      logger.error({ auditId, path: context.info.path, error }, 'a request met a bug');
      return statusResponse(newInternalError(), context, codec);
    }
  }

  /** As soon as there is a place among the requests in flight. */
  async #inTurn(unknown: Omit<RequestContext, 'user'>): Promise<ApiResponse> {
    const context = await this.#identified(unknown);
    const entered = this.#inFlight.enter(context);
    const leave = entered instanceof Promise ? await entered : entered;
    if (!leave) return tooManyRequests();
    try {
      await this.#authorize(context);
      return await this.#route(context);
    } finally {
      leave();
    }
  }

  /** Throws for who is unknown, and for who may not act as somebody else. */
  async #identified(context: Omit<RequestContext, 'user'>): Promise<RequestContext> {
    const { authenticator, logger } = this.#options;
    const authentication = await authenticator.authenticate(context.request);
    this.#callers.authenticated(authentication);
    if (authentication.outcome !== 'authenticated') {
      const error = authentication.outcome === 'failed' ? authentication.error : 'no credentials';
      logger.info({ path: context.info.path, error }, 'unable to authenticate the request');
      throw newUnauthorized('Unauthorized');
    }
    return { ...context, user: await this.#actingUser(context, authentication.user) };
  }

  /** Throws for who may not. */
  async #authorize({ user, info }: RequestContext): Promise<void> {
    const { authorizer } = this.#options;
    const attributes = attributesOf(user, info);
    const answer = await authorizer.authorize(attributes);
    this.#callers.authorized(answer);
    const { decision, reason } = answer;
    if (decision !== 'allow') {
      const error = forbiddenError(attributes, reason);
      this.#refused.add(error);
      throw error;
    }
    const more = alsoNeeded(attributes);
    const second = more && (await authorizer.authorize(more));
    if (second && second.decision !== 'allow') throw forbiddenError(more, second.reason);
  }

  /** Whom the request acts as. Throws for who may not act as somebody else. */
  async #actingUser({ request, info }: Omit<RequestContext, 'user'>, user: User): Promise<User> {
    try {
      const wanted = impersonatedUser(request);
      return wanted ? await this.#impersonation.impersonate(wanted, attributesOf(user, info)) : user;
    } catch (error) {
      if (error instanceof StatusError) this.#refused.add(error);
      throw error;
    }
  }

  async #route(context: RequestContext): Promise<ApiResponse> {
    const { info, request } = context;
    // RequestInfo looks over empty segments in front; no router does.
    if (info.path.startsWith('//')) return notFound;
    const remote = await this.#options.passOn?.(context);
    if (remote) return remote;
    const version = info.isResourceRequest ? this.#options.catalog.version(info.group, info.version) : undefined;
    if (version) {
      const known = version.resources.some(({ plural }) => plural === info.resource);
      const served = info.subresource === 'proxy' ? proxiedMethods : methods;
      if (!served.has(request.method)) throw newGenericServerResponse({ code: known ? 405 : 404 });
      if (known) checkAccepted(context);
      const answered = await this.#options.handleResource(context, this.#negotiation);
      if (answered) return answered;
      if (!isBuiltinGroup(info.group)) return notFound;
      throw newGenericServerResponse({ code: 404 });
    }
    for (const handler of this.#paths) {
      const known =
        handler.paths.includes(info.path) || handler.prefixes?.some((prefix) => info.path.startsWith(prefix));
      if (!known) continue;
      const answered = await handler.handle(context);
      if (answered) return answered;
    }
    // Below a group that is known, upstream's own router answers; elsewhere Go's.
    const [, root = '', group = ''] = info.path.split('/');
    const known = root === 'api' || (root === 'apis' && isBuiltinGroup(group) && this.#options.catalog.group(group));
    if (known) throw newGenericServerResponse({ code: 404 });
    return notFound;
  }

  #metricsPath(): PathHandler {
    const contentType = 'text/plain; version=0.0.4; charset=utf-8';
    return {
      paths: ['/metrics'],
      handle: async () => {
        const further = (await this.#options.metrics?.()) ?? [];
        const text = [...this.#metrics.metrics(), ...this.#callers.metrics(), ...further].map(metricText).join('');
        return { status: 200, headers: { 'content-type': contentType }, body: Buffer.from(text) };
      },
    };
  }

  /** Lists the paths there are. Mirrors apiserver server/routes/index.go. */
  #rootPath(): PathHandler {
    return {
      paths: ['/', '/index.html'],
      handle: () => {
        const { catalog } = this.#options;
        const groups = catalog.groups().flatMap(({ name, versions }) => {
          const base = name === '' ? '/api' : `/apis/${name}`;
          return [...(name === '' ? [] : [base]), ...versions.map(({ version }) => `${base}/${version}`)];
        });
        const own = this.#paths
          .flatMap(({ paths }) => paths)
          .filter((path) => path === '/version' || !path.endsWith('/'));
        const paths = [...new Set([...own, ...groups])].toSorted();
        const body = Buffer.from(JSON.stringify({ paths }, undefined, 2));
        return { status: 200, headers: { 'content-type': 'application/json' }, body };
      },
    };
  }

  /** Names that clients make up don't become labels. */
  #known({ info }: Pick<RequestContext, 'info'>): RequestContext['info'] {
    const resources = this.#options.catalog.version(info.group, info.version)?.resources;
    const resource = resources?.find(({ plural }) => plural === info.resource);
    const subresource = resource?.subresources.find(({ name }) => name === info.subresource)?.name ?? '';
    if (resource) return { ...info, subresource };
    return {
      ...info,
      group: '',
      version: '',
      resource: '',
      subresource: '',
      verb: info.isResourceRequest ? info.verb : '',
    };
  }
}

/** Header names are lower case. Upstream lets nothing be cached, but for who says otherwise. */
function withHeaders(response: ApiResponse, auditId: string): ApiResponse {
  return { ...response, headers: { 'audit-id': auditId, 'cache-control': 'no-cache, private', ...response.headers } };
}
