/**
 * A small API server in memory, for tests of what is built on clients: enough of create, get, list, watch (with watch-list),
 * update, merge patch, delete, finalizers, generations and conflicts. The real one has tests of its own.
 */
import type { ApiRequest, ApiResponse, Exchange } from '../api/exchange.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';

export interface FakeApiOptions {
  /** Wall time for creationTimestamp and deletionTimestamp. Default: a fixed instant. */
  readonly now?: () => number;
  /** false: the server answers 422 to a watch-list. */
  readonly watchList?: boolean;
  /** May answer in the server's stead: faults. */
  readonly intercept?: (request: ApiRequest) => ApiResponse | undefined;
}

interface Target {
  readonly resource: string;
  readonly prefix: string;
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

interface FakeWatch {
  readonly target: Target;
  readonly matches: (object: KubeObject) => boolean;
  readonly push: (event: unknown) => void;
  readonly end: () => void;
}

const kinds: Readonly<Record<string, string>> = {
  pods: 'Pod',
  services: 'Service',
  events: 'Event',
  endpoints: 'Endpoints',
  endpointslices: 'EndpointSlice',
  namespaces: 'Namespace',
  serviceaccounts: 'ServiceAccount',
  configmaps: 'ConfigMap',
  secrets: 'Secret',
  nodes: 'Node',
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  leases: 'Lease',
};

export class FakeApi {
  readonly objects = new Map<string, KubeObject>();
  /** `PUT /apis/…/status`, in order: what was written and with what answer. */
  readonly writes: string[] = [];
  readonly exchange: Exchange = (request) => Promise.resolve().then(() => this.#answer(request));
  /** Answers to GETs of other paths (discovery). */
  readonly documents = new Map<string, unknown>();
  readonly #options: FakeApiOptions;
  readonly #watches = new Set<FakeWatch>();
  #revision = 1;
  #uids = 0;

  constructor(options: FakeApiOptions = {}) {
    this.#options = options;
  }

  get revision(): number {
    return this.#revision;
  }

  /** What is at `/api/v1/namespaces/a/pods/b`. */
  at(path: string): KubeObject | undefined {
    return this.objects.get(path);
  }

  all(resource: string): KubeObject[] {
    return [...this.objects].flatMap(([path, object]) => (parseTarget(path)?.resource === resource ? [object] : []));
  }

  /** Changes an object as another client would. */
  change(path: string, change: (object: KubeObject) => void): void {
    const old = this.objects.get(path);
    if (!old) throw new Error(`nothing is at ${path}`);
    const object = structuredClone(old);
    change(object);
    this.#put(path, object, old);
  }

  /** Breaks all watches off, as a server that restarts does. */
  endWatches(): void {
    for (const watch of this.#watches) watch.end();
  }

  /** Ends all watches with 410 Gone. */
  expireWatches(): void {
    for (const watch of this.#watches) {
      watch.push({ type: 'ERROR', object: status(410, 'Expired', 'too old resource version') });
      watch.end();
    }
  }

  #answer(request: ApiRequest): ApiResponse {
    const intercepted = this.#options.intercept?.(request);
    if (intercepted) return intercepted;
    const target = parseTarget(request.path);
    if (!target) {
      const document = this.documents.get(request.path);
      return document === undefined ? failure(404, 'NotFound', 'not found') : json(200, document);
    }
    const response = this.#resource(request, target);
    if (request.method !== 'GET')
      this.writes.push(`${request.method} ${request.path}${response.status >= 400 ? ` ${response.status}` : ''}`);
    return response;
  }

  #resource(request: ApiRequest, target: Target): ApiResponse {
    const query = new URLSearchParams(request.query);
    const body = request.body.length > 0 ? (JSON.parse(Buffer.from(request.body).toString()) as JsonValue) : undefined;
    const path = target.subresource ? request.path.slice(0, -target.subresource.length - 1) : request.path;
    switch (request.method) {
      case 'GET':
        if (target.name === undefined)
          return query.get('watch') === 'true' ? this.#watch(request, target, query) : this.#list(target, query);
        return this.#get(path);
      case 'POST':
        return this.#create(target, body);
      case 'PUT':
      case 'PATCH':
        return this.#update(path, target, request.method, body);
      case 'DELETE':
        return target.name === undefined ? this.#deleteAll(target, query) : this.#delete(path, body);
      default:
        return failure(405, 'MethodNotAllowed', request.method);
    }
  }

  #get(path: string): ApiResponse {
    const object = this.objects.get(path);
    return object ? json(200, object) : failure(404, 'NotFound', `"${path.split('/').at(-1)}" not found`);
  }

  #selected(target: Target, query: URLSearchParams): KubeObject[] {
    const matches = selection(query);
    return [...this.objects].flatMap(([path, object]) =>
      within(target, parseTarget(path)) && matches(object) ? [object] : [],
    );
  }

  #list(target: Target, query: URLSearchParams): ApiResponse {
    const items = this.#selected(target, query);
    const limit = Number(query.get('limit') ?? 0);
    const from = Number(query.get('continue') ?? 0);
    const page = limit > 0 ? items.slice(from, from + limit) : items;
    const more = from + page.length < items.length ? { continue: String(from + page.length) } : {};
    const metadata = { resourceVersion: String(this.#revision), ...more };
    return json(200, {
      apiVersion: target.apiVersion,
      kind: `${kinds[target.resource] ?? 'Thing'}List`,
      metadata,
      items: page,
    });
  }

  #watch(request: ApiRequest, target: Target, query: URLSearchParams): ApiResponse {
    const initial = query.get('sendInitialEvents') === 'true';
    if (initial && this.#options.watchList === false) return failure(422, 'Invalid', 'sendInitialEvents is forbidden');
    const queue: unknown[] = [];
    let wake = (): void => undefined;
    let ended = false;
    const watch: FakeWatch = {
      target,
      matches: selection(query),
      push: (event) => {
        queue.push(event);
        wake();
      },
      end: () => {
        ended = true;
        this.#watches.delete(watch);
        wake();
      },
    };
    this.#watches.add(watch);
    request.signal.addEventListener('abort', watch.end, { once: true });
    if (initial) {
      for (const object of this.#selected(target, query)) watch.push({ type: 'ADDED', object });
      const metadata = {
        resourceVersion: String(this.#revision),
        annotations: { 'k8s.io/initial-events-end': 'true' },
      };
      watch.push({ type: 'BOOKMARK', object: { kind: 'Bookmark', apiVersion: 'v1', metadata } });
    }
    async function* events(): AsyncGenerator<Uint8Array> {
      for (;;) {
        for (const event of queue.splice(0)) yield Buffer.from(`${JSON.stringify(event)}\n`);
        if (queue.length > 0) continue;
        if (ended) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
    return { status: 200, headers: { 'content-type': 'application/json' }, body: events() };
  }

  #create(target: Target, body: JsonValue | undefined): ApiResponse {
    const object = structuredClone(body) as unknown as KubeObject;
    const { metadata } = object;
    if (target.subresource) return json(201, object);
    metadata.name ??= `${metadata.generateName ?? ''}${String(++this.#uids).padStart(5, '0')}`;
    if (target.namespace !== undefined) metadata.namespace = target.namespace;
    const path = `${target.prefix}/${metadata.name}`;
    if (this.objects.has(path))
      return failure(409, 'AlreadyExists', `${target.resource} "${metadata.name}" already exists`);
    metadata.uid = `uid-${++this.#uids}`;
    metadata.creationTimestamp = this.#timestamp();
    if (object['spec'] !== undefined) metadata.generation = 1;
    this.#put(path, object, undefined);
    return json(201, this.objects.get(path));
  }

  #update(path: string, target: Target, method: 'PUT' | 'PATCH', body: JsonValue | undefined): ApiResponse {
    const old = this.objects.get(path);
    if (!old) return failure(404, 'NotFound', `"${target.name}" not found`);
    const asked = method === 'PUT' ? body : mergePatch(old as unknown as JsonValue, body ?? {});
    const object = structuredClone(asked) as unknown as KubeObject;
    const sent = body as unknown as Partial<KubeObject>;
    if (sent.metadata?.resourceVersion && sent.metadata.resourceVersion !== old.metadata.resourceVersion)
      return failure(409, 'Conflict', 'the object has been modified');
    if (sent.metadata?.uid && sent.metadata.uid !== old.metadata.uid)
      return failure(409, 'Conflict', 'Precondition failed: UID in precondition differs');
    const next =
      target.subresource === 'status'
        ? {
            ...old,
            metadata: { ...old.metadata, annotations: object.metadata.annotations ?? {} },
            status: object['status'],
          }
        : object;
    if (target.subresource === undefined && 'status' in old && target.resource !== 'nodes')
      next['status'] = old['status'];
    const kept = structuredClone(next) as KubeObject;
    kept.metadata.resourceVersion = old.metadata.resourceVersion ?? '';
    if (equalJson(kept as unknown as JsonValue, old as unknown as JsonValue)) return json(200, old);
    this.#put(path, kept, old);
    return json(200, this.objects.get(path) ?? kept);
  }

  #delete(path: string, body: JsonValue | undefined): ApiResponse {
    const old = this.objects.get(path);
    if (!old) return failure(404, 'NotFound', `"${path.split('/').at(-1)}" not found`);
    const options = (body ?? {}) as {
      preconditions?: { uid?: string; resourceVersion?: string };
      propagationPolicy?: string;
    };
    const { uid, resourceVersion } = options.preconditions ?? {};
    if ((uid && uid !== old.metadata.uid) || (resourceVersion && resourceVersion !== old.metadata.resourceVersion))
      return failure(409, 'Conflict', 'Precondition failed');
    const object = structuredClone(old);
    const policy = { Foreground: 'foregroundDeletion', Orphan: 'orphan', Background: '' }[
      options.propagationPolicy ?? ''
    ];
    if (policy && !object.metadata.finalizers?.includes(policy))
      object.metadata.finalizers = [...(object.metadata.finalizers ?? []), policy];
    object.metadata.deletionTimestamp ??= this.#timestamp();
    this.#put(path, object, old);
    return json(200, status(200, '', ''));
  }

  #deleteAll(target: Target, query: URLSearchParams): ApiResponse {
    for (const object of this.#selected(target, query))
      this.#delete(`${target.prefix}/${object.metadata.name}`, undefined);
    return json(200, status(200, '', ''));
  }

  /** Stores, or removes what is being deleted and has no finalizers left; tells the watches. */
  #put(path: string, object: KubeObject, old: KubeObject | undefined): void {
    const spec = (of: KubeObject): JsonValue => (of['spec'] ?? null) as JsonValue;
    if (old && old.metadata.generation !== undefined && !equalJson(spec(old), spec(object)))
      object.metadata.generation = old.metadata.generation + 1;
    object.metadata.resourceVersion = String(++this.#revision);
    const finalizing =
      object.kind === 'Namespace' &&
      isJsonObject(object['spec']) &&
      Array.isArray(object['spec']['finalizers']) &&
      object['spec']['finalizers'].length > 0;
    const gone = object.metadata.deletionTimestamp !== undefined && !object.metadata.finalizers?.length && !finalizing;
    if (gone) this.objects.delete(path);
    else this.objects.set(path, object);
    const target = parseTarget(path);
    for (const watch of this.#watches) {
      if (!within(watch.target, target)) continue;
      const was = old !== undefined && watch.matches(old);
      const is = !gone && watch.matches(object);
      if (is || was)
        watch.push({ type: is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED', object: structuredClone(object) });
    }
  }

  #timestamp(): string {
    const now = this.#options.now?.() ?? Date.UTC(2030, 0, 1);
    return new Date(Math.floor(now / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  }
}

function parseTarget(path: string): Target | undefined {
  const match =
    /^(?:\/api\/(v1)|\/apis\/([^/]+\/[^/]+))(?:\/namespaces\/([^/]+)(?=\/(?!status$)[a-z]+s(?:$|\/)))?\/([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/.exec(
      path,
    );
  if (!match) return undefined;
  const [, core, group, namespace, resource = '', name, subresource] = match;
  const apiVersion = core ?? group ?? '';
  const base = core ? `/api/${core}` : `/apis/${group}`;
  const prefix = namespace === undefined ? `${base}/${resource}` : `${base}/namespaces/${namespace}/${resource}`;
  if (resource === 'namespaces' && name !== undefined && namespace === undefined)
    return { resource, prefix, apiVersion, namespace: undefined, name, subresource };
  return { resource, prefix, apiVersion, namespace, name, subresource };
}

function within(wanted: Target, actual: Target | undefined): boolean {
  if (!actual || actual.resource !== wanted.resource || actual.apiVersion !== wanted.apiVersion) return false;
  return wanted.namespace === undefined || wanted.namespace === actual.namespace;
}

function selection(query: URLSearchParams): (object: KubeObject) => boolean {
  const termsOf = (parameter: string): string[][] =>
    (query.get(parameter) ?? '').split(',').flatMap((term) => (term === '' ? [] : [term.split('=')]));
  const labels = termsOf('labelSelector');
  const names = termsOf('fieldSelector').flatMap(([field, name]) => (field === 'metadata.name' ? [name] : []));
  return ({ metadata }) =>
    names.every((name) => metadata.name === name) &&
    labels.every(([key = '', value]) => {
      const found = metadata.labels?.[key];
      return value === undefined ? found !== undefined : found === value;
    });
}

function mergePatch(target: JsonValue, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const merged: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key] ?? null, value);
  }
  return merged;
}

function status(code: number, reason: string, message: string): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: code < 400 ? 'Success' : 'Failure',
    reason,
    message,
    code,
  };
}

function failure(code: number, reason: string, message: string): ApiResponse {
  return json(code, status(code, reason, message));
}

function json(code: number, value: unknown): ApiResponse {
  return { status: code, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) };
}
