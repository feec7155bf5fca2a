/**
 * The custom resources of a server: follows the definitions in its store, and has them served. Nothing runs while nothing changes, and what
 * serves definitions is loaded with the first of them: who has none pays nothing.
 */
import type { KubeObject } from '../../api/object.ts';
import type { Service } from '../../lib/service.ts';
import { CompactedError, StoreClosedError, type StoreEvent, type StoreWatch } from '../../storage/store.ts';
import type { GroupVersionSource } from '../openapi/group-version-source.ts';
import type { customSources, DefinitionsMissing } from './custom-open-api.ts';
import type { CustomResourcesOptions } from './custom-resources-options.ts';
import type { Served, ServedDefinitions } from './served-definitions.ts';

/** That module, once it is loaded. */
interface CustomOpenApi {
  readonly customSources: typeof customSources;
  readonly DefinitionsMissing: typeof DefinitionsMissing;
}

const noDefinitions: ReadonlyMap<string, Readonly<KubeObject>> = new Map();
const prefix = '/registry/apiextensions.k8s.io/customresourcedefinitions/';

export class CustomResources implements Service {
  readonly name = 'custom resources';
  readonly #options: CustomResourcesOptions;
  #definitions: ServedDefinitions | undefined;
  #openApi: CustomOpenApi | undefined;
  /** Definitions that a document is being made of. */
  #read: ReadonlyMap<string, Readonly<KubeObject>> = noDefinitions;
  #watch: StoreWatch | undefined;
  /** Events that wait for the code that serves them. */
  #waiting: StoreEvent[] | undefined;
  #stopped = false;

  constructor(options: CustomResourcesOptions) {
    this.#options = options;
  }

  /** Grows with each change of what is served. */
  get generation(): number {
    return this.#definitions?.generation ?? 0;
  }

  /** Those that are established. */
  established(): readonly Served[] {
    return this.#definitions?.established() ?? [];
  }

  /** For OpenAPI; within {@link withDefinitions}. */
  openApiSources(): readonly GroupVersionSource[] {
    return this.#openApi?.customSources(this.established(), this.#read) ?? [];
  }

  /**
   * What `answer` gives, which may ask for {@link openApiSources}: the definitions that it turns out to miss are read meanwhile, and
   * forgotten afterwards.
   */
  async withDefinitions<T>(answer: () => T): Promise<T> {
    try {
      return answer();
    } catch (error) {
      if (!this.#openApi || !(error instanceof this.#openApi.DefinitionsMissing)) throw error;
    }
    const read = new Map<string, Readonly<KubeObject>>();
    // All of them: version 2 is one document.
    for (const { definition } of this.established()) {
      const object = await this.#definitions?.load(definition.name);
      if (object) read.set(definition.name, object);
    }
    this.#read = read;
    try {
      return answer();
    } finally {
      this.#read = noDefinitions;
    }
  }

  /** Everything that is defined is served when it resolves. */
  async start(): Promise<void> {
    const { store } = this.#options.store;
    const { entries, revision } = await store.list({ prefix });
    if (entries.length > 0 || this.#definitions) {
      const definitions = await this.#load();
      const present = new Set(entries.map(({ key }) => key.slice(prefix.length)));
      for (const name of definitions.names) if (!present.has(name)) definitions.remove(name);
      for (const entry of entries) definitions.put(entry.key.slice(prefix.length), entry);
    }
    if (this.#stopped) return;
    this.#watch = await store.watch({
      prefix,
      after: revision,
      onEvents: (events) => this.#follow(events),
      onEnd: (reason) => this.#ended(reason),
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch?.close();
    await this.#definitions?.stop();
  }

  async #load(): Promise<ServedDefinitions> {
    const { ServedDefinitions } = await import('./served-definitions.ts');
    this.#openApi ??= await import('./custom-open-api.ts');
    return (this.#definitions ??= new ServedDefinitions(this.#options));
  }

  #follow(events: readonly StoreEvent[]): void {
    if (this.#definitions && !this.#waiting) return this.#deliver(this.#definitions, events);
    if (this.#waiting) return void this.#waiting.push(...events);
    const waiting = (this.#waiting = [...events]);
    this.#load().then(
      (definitions) => {
        this.#waiting = undefined;
        if (!this.#stopped) this.#deliver(definitions, waiting);
      },
      (error: unknown) => this.#options.logger.error({ err: error }, 'definitions can not be served'),
    );
  }

  #deliver(definitions: ServedDefinitions, events: readonly StoreEvent[]): void {
    for (const event of events) {
      const name = event.key.slice(prefix.length);
      if (event.type === 'delete') definitions.remove(name);
      else definitions.put(name, event);
    }
  }

  #ended(reason: Error): void {
    if (this.#stopped || reason instanceof StoreClosedError) return;
    const { logger } = this.#options;
    if (!(reason instanceof CompactedError)) logger.warn({ err: reason }, 'the watch of definitions ended');
    this.start().catch((error: unknown) => logger.error({ err: error }, 'definitions are not followed any more'));
  }
}
