/** {@link Client} over any exchange. */
import { parseJson } from '../api/codec/parse-json.ts';
import type { ApiResponse, Exchange, Headers } from '../api/exchange.ts';
import { apiVersionOf, type GroupVersionResource } from '../api/gvk.ts';
import type { KubeList, KubeObject } from '../api/object.ts';
import { markOn, type On, type Side } from '../api/side.ts';
import { StatusError } from '../api/status.ts';
import type { User } from '../api/user.ts';
import type {
  Client,
  DeleteOptions,
  ListOptions,
  PatchType,
  ResourceClient,
  WatchEvent,
  WatchOptions,
} from './client.ts';
import { connectionError } from './connection-error.ts';
import { queryText, resourcePath } from './resource-path.ts';
import { bodyText, readLines, readWhole } from './response-body.ts';
import { responseError, watchError } from './response-error.ts';

export interface ClientOptions {
  /** For exchanges in the same process: who asks, without proof. */
  readonly user?: User;
  /** A bearer token, asked for before each request so that it can be renewed. */
  readonly token?: () => string | Promise<string>;
  /** Default `sublet`. Its part before a slash is the field manager of what this client writes. */
  readonly userAgent?: string;
}

const patchContentTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

const partialMetadata = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const neverAborted = new AbortController().signal;
const noBody = new Uint8Array(0);

/** A client of `side`'s API: what it returns is marked as being of that side. */
export function createClient<S extends Side>(side: S, exchange: Exchange, options: ClientOptions = {}): Client<S> {
  const send = requestSender(exchange, options);
  return {
    side,
    resource: (gvr, namespace) => resourceClient(side, send, gvr, namespace),
    getPath: (path, options) => {
      const [bare = '', query = ''] = path.split('?');
      return readJson(send({ method: 'GET', path: bare, query, ...options }));
    },
  };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

type Send = (call: Call) => Promise<ApiResponse>;

/** Sends a call; rejects with a StatusError for an error response and with a ConnectionError when there was none. */
function requestSender(exchange: Exchange, options: ClientOptions): Send {
  const userAgent = options.userAgent ?? 'sublet';
  return async (call) => {
    const headers: Record<string, string> = { accept: call.accept ?? 'application/json', 'user-agent': userAgent };
    if (call.body !== undefined) headers['content-type'] = call.contentType ?? 'application/json';
    if (options.token) headers['authorization'] = `Bearer ${await options.token()}`;
    const response = await exchanged(exchange, call, headers, options.user);
    if (response.status < 400) return response;
    const body = await readWhole(response.body).catch((error: unknown) => {
      throw connectionError(`${call.method} ${call.path}`, error);
    });
    throw responseError(response, bodyText(body));
  };
}

async function exchanged(
  exchange: Exchange,
  call: Call,
  headers: Headers,
  user: User | undefined,
): Promise<ApiResponse> {
  try {
    return await exchange({
      method: call.method,
      path: call.path,
      query: call.query ?? '',
      headers,
      body: call.body === undefined ? noBody : Buffer.from(JSON.stringify(call.body)),
      ...(user ? { user } : {}),
      signal: call.signal ?? neverAborted,
    });
  } catch (error) {
    throw connectionError(`${call.method} ${call.path}`, error);
  }
}

async function readJson(pending: Promise<ApiResponse>): Promise<unknown> {
  const response = await pending;
  try {
    return parseJson(bodyText(await readWhole(response.body)));
  } catch (error) {
    throw connectionError('reading a response', error);
  }
}

function resourceClient<S extends Side>(
  side: S,
  send: Send,
  gvr: GroupVersionResource,
  namespace: string | undefined,
): ResourceClient<S> {
  const path = (name?: string, subresource?: string): string => resourcePath(gvr, namespace, name, subresource);
  // The door where JSON from the wire becomes an object of this side.
  const object = async (call: Call): Promise<On<S, KubeObject>> =>
    markOn(side, (await readJson(send(call))) as KubeObject);
  const update = (value: KubeObject, subresource?: string): Promise<On<S, KubeObject>> =>
    object({ method: 'PUT', path: path(value.metadata.name ?? '', subresource), body: value });
  return {
    get: (name, options = {}) =>
      object({
        method: 'GET',
        path: path(name),
        query: queryText({ resourceVersion: options.resourceVersion }),
        ...(options.metadataOnly ? { accept: partialMetadata } : {}),
      }),
    list: async (options = {}) => {
      const call = {
        method: 'GET',
        path: path(),
        query: listQuery(options),
        ...acceptList(options),
        ...signalOf(options),
      };
      return withKinds((await readJson(send(call))) as KubeList<On<S, KubeObject>>);
    },
    watch: (options) => watchEvents(side, send, path(), options),
    create: (value, options) =>
      object({ method: 'POST', path: path(), query: queryText({ dryRun: options?.dryRun && 'All' }), body: value }),
    update: (value, options) => update(value, options?.subresource),
    updateStatus: (value) => update(value, 'status'),
    patch: (name, type, patch, options) =>
      object({
        method: 'PATCH',
        path: path(name, options?.subresource),
        query: queryText({ fieldManager: options?.fieldManager, force: options?.force }),
        contentType: patchContentTypes[type],
        body: patch,
      }),
    delete: async (name, options) => {
      const response = await send({ method: 'DELETE', path: path(name), ...deleteBody(options) });
      await drain(response);
    },
    deleteCollection: async (list, options) => {
      const response = await send({ method: 'DELETE', path: path(), query: listQuery(list), ...deleteBody(options) });
      await drain(response);
    },
    createSubresource: (name, subresource, value) =>
      object({ method: 'POST', path: path(name, subresource), body: value }),
  };
}

async function* watchEvents<S extends Side>(
  side: S,
  send: Send,
  path: string,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<S>> {
  const query = queryText({
    watch: true,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    resourceVersion: options.resourceVersion,
    allowWatchBookmarks: options.allowWatchBookmarks,
    sendInitialEvents: options.sendInitialEvents,
    resourceVersionMatch: options.sendInitialEvents ? 'NotOlderThan' : undefined,
    timeoutSeconds: options.timeoutSeconds,
  });
  const accept = options.metadataOnly ? partialMetadata : 'application/json';
  try {
    const response = await send({ method: 'GET', path, query, accept, signal: options.signal });
    for await (const line of readLines(response.body)) {
      if (options.signal.aborted) return;
      yield watchEvent(side, line);
    }
  } catch (error) {
    if (options.signal.aborted) return;
    throw error instanceof StatusError ? error : connectionError(`watching ${path}`, error);
  }
}

function watchEvent<S extends Side>(side: S, line: string): WatchEvent<S> {
  const event = parseJson(line) as unknown as { type: WatchEvent<S>['type'] | 'ERROR'; object: KubeObject };
  if (event.type === 'ERROR') throw watchError(event.object);
  return { type: event.type, object: markOn(side, event.object) };
}

/** Items of a list come without kind and apiVersion from upstream's servers; here they have them. */
function withKinds<T extends KubeObject>(list: KubeList<T>): KubeList<T> {
  list.items ??= [];
  const kind = list.kind.endsWith('List') ? list.kind.slice(0, -'List'.length) : '';
  if (kind === '') return list;
  for (const item of list.items) {
    item.apiVersion ??= list.apiVersion;
    item.kind ??= kind;
  }
  return list;
}

function listQuery(options: ListOptions): string {
  const { metadataOnly: _form, signal: _signal, ...values } = options;
  return queryText(values);
}

function acceptList(options: ListOptions): { accept?: string } {
  return options.metadataOnly ? { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' } : {};
}

function signalOf(options: ListOptions): { signal?: AbortSignal } {
  return options.signal ? { signal: options.signal } : {};
}

function deleteBody(options: DeleteOptions | undefined): { body?: unknown } {
  return options
    ? { body: { kind: 'DeleteOptions', apiVersion: apiVersionOf({ group: '', version: 'v1' }), ...options } }
    : {};
}

async function drain(response: ApiResponse): Promise<void> {
  try {
    await readWhole(response.body);
  } catch (error) {
    throw connectionError('reading a response', error);
  }
}
