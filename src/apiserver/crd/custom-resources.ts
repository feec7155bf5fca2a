/**
 * The custom resources of a server: follows the definitions in its store, serves what they define, and keeps their status. Nothing runs
 * while nothing changes; a definition's schemas are read when it is first used. Mirrors apiextensions-apiserver's
 * customresource_handler.go and customresource_discovery_controller.go.
 */
import type { KubeObject } from '../../api/object.ts';
import { storageVersionHash } from './storage-version-hash.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Service } from '../../lib/service.ts';
import type { ResourceFacts, Verb } from '../../schema/resource-facts.ts';
import { CompactedError, StoreClosedError, type Entry, type StoreEvent, type StoreWatch } from '../../storage/store.ts';
import type { ResourceCatalog } from '../discovery/resource-catalog.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import type { ResourceRegistry } from '../registry/resource-registry.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { sameFields, type Converter } from './converter.ts';
import { CustomResource } from './custom-resource.ts';
import { definitionOf, type Conversion, type Definition, type Names } from './definition.ts';
import { DefinitionKeeper } from './definition-keeper.ts';
import { DefinitionSchemas } from './definition-schemas.ts';

export interface CustomResourcesOptions {
  readonly store: GenericStore;
  readonly resources: ResourceRegistry;
  readonly catalog: ResourceCatalog;
  readonly logger: Logger;
  /** For definitions whose versions are converted by a webhook. */
  converter(definition: Definition, conversion: Extract<Conversion, { strategy: 'Webhook' }>): Converter;
}

/** A definition, and what is made of it. */
export interface Served {
  readonly definition: Definition;
  readonly revision: number;
  readonly schemas: DefinitionSchemas;
  /** By version. */
  readonly versions: ReadonlyMap<string, CustomResource>;
  readonly retire: AbortController;
}

const prefix = '/registry/apiextensions.k8s.io/customresourcedefinitions/';
const terminatingVerbs: readonly Verb[] = ['delete', 'deletecollection', 'get', 'list', 'watch'];
const partVerbs: readonly Verb[] = ['get', 'patch', 'update'];

export class CustomResources implements Service {
  readonly name = 'custom resources';
  readonly #options: CustomResourcesOptions;
  readonly #keeper: DefinitionKeeper;
  readonly #served = new Map<string, Served>();
  /** Versions that code answers, whatever is defined. */
  readonly #builtin: ReadonlySet<string>;
  #watch: StoreWatch | undefined;
  #stopped = false;
  #generation = 0;

  constructor(options: CustomResourcesOptions) {
    this.#options = options;
    this.#builtin = new Set(
      options.catalog.groups().flatMap(({ name, versions }) => versions.map(({ version }) => `${name}/${version}`)),
    );
    this.#keeper = new DefinitionKeeper({
      store: options.store,
      resources: options.resources,
      logger: options.logger,
      takenNames: (group) => this.#takenNames(group),
      instancesOf: (name) => this.#instancesOf(name),
    });
  }

  /** Grows with each change of what is served. */
  get generation(): number {
    return this.#generation;
  }

  /** Those that are established. */
  established(): readonly Served[] {
    return [...this.#served.values()].filter(({ definition }) => definition.conditions.has('Established'));
  }

  /** The definition's object, as it is stored now. */
  async load(name: string): Promise<Readonly<KubeObject> | undefined> {
    const resource = this.#options.resources.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
    const found = resource && (await this.#options.store.find({ resource, namespace: '', name }));
    return found?.object;
  }

  /** Everything that is defined is served when it resolves. */
  async start(): Promise<void> {
    const { store } = this.#options.store;
    const { entries, revision } = await store.list({ prefix });
    const present = new Set(entries.map(({ key }) => key.slice(prefix.length)));
    for (const name of this.#served.keys()) if (!present.has(name)) this.#remove(name);
    for (const entry of entries) this.#put(entry);
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
    await this.#keeper.stop();
  }

  #ended(reason: Error): void {
    if (this.#stopped || reason instanceof StoreClosedError) return;
    const { logger } = this.#options;
    if (!(reason instanceof CompactedError)) logger.warn({ err: reason }, 'the watch of definitions ended');
    this.start().catch((error: unknown) => logger.error({ err: error }, 'definitions are not followed any more'));
  }

  #follow(events: readonly StoreEvent[]): void {
    for (const event of events) {
      const name = event.key.slice(prefix.length);
      if (event.type === 'delete') this.#remove(name);
      else this.#put(event);
    }
  }

  #put(entry: Pick<Entry, 'key' | 'value' | 'revision'>): void {
    const name = entry.key.slice(prefix.length);
    const before = this.#served.get(name);
    if (before && before.revision >= entry.revision) return;
    try {
      const text = Buffer.from(entry.value.buffer, entry.value.byteOffset, entry.value.byteLength).toString();
      // Our own bytes, or upstream's.
      const definition = definitionOf(JSON.parse(text) as KubeObject);
      const served =
        before && servesTheSame(before.definition, definition) ? { ...before, definition } : this.#made(definition);
      if (before && served.retire !== before.retire) this.#retire(before);
      this.#served.set(name, { ...served, revision: entry.revision });
      this.#register({ ...served, revision: entry.revision });
      // Who gave a name up makes room for others.
      if (before && namesText(before.definition.acceptedNames) !== namesText(definition.acceptedNames)) {
        this.#wakeGroup(definition);
      }
    } catch (error) {
      this.#options.logger.error({ definition: name, err: error }, 'a definition could not be served');
    }
    this.#keeper.enqueue(name);
  }

  #remove(name: string): void {
    const before = this.#served.get(name);
    this.#keeper.forget(name);
    if (!before) return;
    this.#served.delete(name);
    this.#retire(before);
    this.#wakeGroup(before.definition);
  }

  #wakeGroup({ group, name }: Definition): void {
    for (const other of this.#served.values()) {
      if (other.definition.group === group && other.definition.name !== name)
        this.#keeper.enqueue(other.definition.name);
    }
  }

  #made(definition: Definition): Omit<Served, 'revision'> {
    const schemas = new DefinitionSchemas(definition, () => this.load(definition.name));
    const retire = new AbortController();
    const { conversion } = definition;
    const converter = conversion.strategy === 'None' ? sameFields : this.#options.converter(definition, conversion);
    const isTerminating = (): boolean =>
      this.#served.get(definition.name)?.definition.conditions.has('Terminating') ?? false;
    const versions = definition.versions.map(
      (version) =>
        [
          version.name,
          new CustomResource({ definition, version, schemas, converter, retired: retire.signal, isTerminating }),
        ] as const,
    );
    return { definition, schemas, retire, versions: new Map(versions) };
  }

  #retire({ definition, versions, retire }: Served): void {
    for (const [version, resource] of versions) {
      const current = this.#options.resources.find(definition.group, version, resource.gr.resource);
      if (current === resource) this.#options.resources.remove(definition.group, version, resource.gr.resource);
    }
    this.#options.catalog.setResources(sourceOf(definition), []);
    this.#generation++;
    retire.abort();
  }

  #register({ definition, versions }: Served): void {
    const { conditions, group } = definition;
    if (!conditions.has('NamesAccepted') && !conditions.has('Established')) return;
    const served = definition.versions.filter(
      (version) => version.served && !this.#builtin.has(`${group}/${version.name}`),
    );
    for (const { name } of served) {
      const resource = versions.get(name);
      if (resource) this.#options.resources.add(resource);
    }
    if (!conditions.has('Established')) return;
    const facts = served.flatMap(({ name }) => {
      const resource = versions.get(name);
      return resource ? [factsOf(definition, resource)] : [];
    });
    this.#options.catalog.setResources(sourceOf(definition), facts);
    this.#generation++;
  }

  #takenNames(group: string): readonly Names[] {
    return [...this.#served.values()]
      .filter(({ definition }) => definition.group === group)
      .map(({ definition }) => definition.acceptedNames);
  }

  #instancesOf(name: string): ServedResource | undefined {
    const served = this.#served.get(name);
    const stored = served?.definition.versions.find(({ storage }) => storage);
    return stored && served?.versions.get(stored.name);
  }
}

/** Of one version, for discovery and OpenAPI. */
export function factsOf(
  { conditions, versions, acceptedNames, names, group }: Definition,
  resource: CustomResource,
): ResourceFacts {
  const terminating = conditions.has('Terminating');
  const stored = versions.find(({ storage }) => storage)?.name ?? '';
  return {
    group,
    version: resource.version,
    plural: acceptedNames.plural,
    singular: acceptedNames.singular,
    kind: acceptedNames.kind,
    namespaced: resource.namespaced,
    shortNames: acceptedNames.shortNames,
    categories: acceptedNames.categories,
    verbs: terminating ? terminatingVerbs : resource.verbs,
    schema: schemaName(group, resource.version, acceptedNames.kind),
    subresources: resource.subresources.map((one) => ({ ...one, verbs: partVerbs })),
    storageVersionHash: storageVersionHash(group, stored, names.kind),
  };
}

/** `com.example.v1.Thing`: as OpenAPI names the definition. */
export function schemaName(group: string, version: string, kind: string): string {
  return [...group.split('.').toReversed(), version, kind].join('.');
}

function sourceOf({ name }: Definition): string {
  return `crd/${name}`;
}

/** Whether what is served can stay: requests under way, watches and compiled schemas with it. */
function servesTheSame(before: Definition, now: Definition): boolean {
  return (
    before.uid === now.uid &&
    before.generation === now.generation &&
    namesText(before.acceptedNames) === namesText(now.acceptedNames)
  );
}

function namesText(names: Names): string {
  return JSON.stringify(names);
}
