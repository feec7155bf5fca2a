/** The verbs over a memory store, called as HTTP would call them, without HTTP. */
import { createProtobufCodec } from '../../api/codec/protobuf.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import type { KubeObject } from '../../api/object.ts';
import { StatusError } from '../../api/status.ts';
import { FakeClock, seededRandom } from '../../client/fake-clock.test-double.ts';
import { protobufTable } from '../../schema/builtin/protobuf.ts';
import { MemoryStore } from '../../storage/memory/memory-store.ts';
import { createAdmissionChain, type AdmissionPlugin } from '../admission/plugin.ts';
import { createNegotiation } from '../negotiation/create-negotiation.ts';
import { statusResponse } from '../negotiation/status-response.ts';
import { GenericStore } from '../registry/generic-store.ts';
import type { ResourceDefinition } from '../registry/resource-definition.ts';
import { createResourceRegistry, type ResourceRegistry } from '../registry/resource-registry.ts';
import type { WriteHooks } from '../registry/write-context.ts';
import type { RequestContext } from '../request-context.ts';
import { requestInfoOf } from '../request-info.ts';
import { createResourceHandler } from './dispatch.ts';
import type { SubresourceHandlers } from './subresources.ts';

// Tests look into whatever comes back.
// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Loose;
  readonly warnings: readonly string[];
}

export interface TestApiOptions {
  readonly definitions?: readonly ResourceDefinition[];
  readonly plugins?: (api: { store: GenericStore; resources: ResourceRegistry }) => readonly AdmissionPlugin[];
  readonly hooks?: Readonly<Record<string, WriteHooks>>;
  readonly subresources?: SubresourceHandlers;
}

export class TestApi {
  readonly clock = new FakeClock(Date.UTC(2026, 10, 21, 12));
  readonly random = seededRandom();
  readonly memory = new MemoryStore();
  readonly resources: ResourceRegistry;
  readonly store: GenericStore;
  readonly #handle: ReturnType<typeof createResourceHandler>;
  readonly #codec = createProtobufCodec(protobufTable);

  constructor(options: TestApiOptions = {}) {
    this.resources = createResourceRegistry(options.definitions ?? []);
    this.store = new GenericStore({
      store: this.memory,
      clock: this.clock,
      random: this.random,
      hooks: options.hooks ?? {},
    });
    const { store, resources } = this;
    this.#handle = createResourceHandler({
      store,
      resources,
      admission: createAdmissionChain(options.plugins?.({ store, resources }) ?? []),
      subresources: options.subresources ?? {},
    });
  }

  get(url: string): Promise<Answer> {
    return this.call('GET', url);
  }

  post(url: string, body: unknown): Promise<Answer> {
    return this.call('POST', url, body);
  }

  put(url: string, body: unknown): Promise<Answer> {
    return this.call('PUT', url, body);
  }

  delete(url: string, body?: unknown): Promise<Answer> {
    return this.call('DELETE', url, body);
  }

  patch(url: string, type: 'json' | 'merge' | 'strategic-merge', body: unknown): Promise<Answer> {
    return this.call('PATCH', url, body, `application/${type}-patch+json`);
  }

  async call(method: string, url: string, body?: unknown, contentType = 'application/json'): Promise<Answer> {
    const warnings: string[] = [];
    const { response } = await this.#send(method, url, body, contentType, warnings, new AbortController());
    if (!(response.body instanceof Uint8Array)) throw new Error('a stream where none was expected');
    const text = Buffer.from(response.body).toString();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as unknown, warnings };
  }

  async watch(url: string): Promise<TestWatch> {
    const controller = new AbortController();
    const { response } = await this.#send('GET', url, undefined, 'application/json', [], controller);
    if (response.body instanceof Uint8Array) throw new Error(Buffer.from(response.body).toString());
    return new TestWatch(response.body[Symbol.asyncIterator](), controller);
  }

  async #send(
    method: string,
    url: string,
    body: unknown,
    contentType: string,
    warnings: string[],
    controller: AbortController,
  ): Promise<{ response: ApiResponse }> {
    const [path = '', query = ''] = url.split('?');
    const raw = typeof body === 'string' || body === undefined ? (body ?? '') : JSON.stringify(body);
    const request = {
      method,
      path,
      query,
      headers: { 'content-type': contentType, accept: 'application/json', 'user-agent': 'test/1' },
      body: Buffer.from(raw),
      signal: controller.signal,
    };
    const context: RequestContext = {
      request,
      info: requestInfoOf(request),
      query: new URLSearchParams(query),
      user: { name: 'admin', groups: ['system:masters'] },
      now: this.clock.now(),
      warnings,
    };
    try {
      const negotiation = createNegotiation({ codec: this.#codec, clock: this.clock });
      const response = await this.#handle(context, negotiation);
      return { response: response ?? { status: 404, headers: {}, body: Buffer.from('"404 page not found"') } };
    } catch (error) {
      if (error instanceof StatusError) return { response: statusResponse(error, context, this.#codec) };
      throw error;
    }
  }
}

export interface SeenEvent {
  readonly type: string;
  readonly object: KubeObject & { readonly message?: string; readonly code?: number };
}

export class TestWatch {
  readonly #frames: AsyncIterator<Uint8Array>;
  readonly #controller: AbortController;
  #text = '';
  #events: SeenEvent[] = [];

  constructor(frames: AsyncIterator<Uint8Array>, controller: AbortController) {
    this.#frames = frames;
    this.#controller = controller;
  }

  /** Waits for it; `undefined`: the watch has ended. */
  async next(): Promise<SeenEvent | undefined> {
    while (this.#events.length === 0) {
      const { done, value } = await this.#frames.next();
      if (done) return undefined;
      const lines = (this.#text + Buffer.from(value).toString()).split('\n');
      this.#text = lines.pop() ?? '';
      this.#events = lines.map((line) => JSON.parse(line) as SeenEvent);
    }
    return this.#events.shift();
  }

  async take(count: number): Promise<SeenEvent[]> {
    const events: SeenEvent[] = [];
    while (events.length < count) {
      const event = await this.next();
      if (!event) break;
      events.push(event);
    }
    return events;
  }

  close(): void {
    this.#controller.abort();
  }
}
