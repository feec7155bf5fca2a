/**
 * What definitions define, served: one resource for each version, in the registry and in discovery. A definition's schemas are read when it
 * is first used. Mirrors apiextensions-apiserver's customresource_handler.go and customresource_discovery_controller.go.
 */
import { parseJson } from '../../api/codec/parse-json.ts';
import type { KubeObject } from '../../api/object.ts';
import { storageVersionHash } from './storage-version-hash.ts';
import type { ResourceFacts, Verb } from '../../schema/resource-facts.ts';
import type { Entry } from '../../storage/store.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { sameFields } from './converter.ts';
import type { CustomResourcesOptions } from './custom-resources-options.ts';
import { CustomResource } from './custom-resource.ts';
import { definitionOf, type Definition, type Names } from './definition.ts';
import { DefinitionKeeper } from './definition-keeper.ts';
import { DefinitionSchemas } from './definition-schemas.ts';

/** A definition, and what is made of it. */
export interface Served {
  readonly definition: Definition;
  readonly revision: number;
  readonly schemas: DefinitionSchemas;
  /** By version. */
  readonly versions: ReadonlyMap<string, CustomResource>;
  readonly retire: AbortController;
}

const terminatingVerbs: readonly Verb[] = ['delete', 'deletecollection', 'get', 'list', 'watch'];
const partVerbs: readonly Verb[] = ['get', 'patch', 'update'];

export class ServedDefinitions {
  readonly #options: CustomResourcesOptions;
  readonly #keeper: DefinitionKeeper;
  readonly #served = new Map<string, Served>();
  /** Versions that code answers, whatever is defined. */
  readonly #builtin: ReadonlySet<string>;
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

  get names(): Iterable<string> {
    return this.#served.keys();
  }

  async stop(): Promise<void> {
    await this.#keeper.stop();
  }

  /** The definition is there, or is another one. */
  put(name: string, entry: Pick<Entry, 'value' | 'revision'>): void {
    const before = this.#served.get(name);
    if (before && before.revision >= entry.revision) return;
    try {
      const text = Buffer.from(entry.value.buffer, entry.value.byteOffset, entry.value.byteLength).toString();
      // Our own bytes, or upstream's.
      const definition = definitionOf(parseJson(text) as unknown as KubeObject);
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

  /** The definition is gone. */
  remove(name: string): void {
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
    listSchema: schemaName(group, resource.version, acceptedNames.listKind),
    subresources: resource.subresources.map((one) => ({ ...one, verbs: partVerbs })),
    storageVersionHash: storageVersionHash(group, stored, names.kind),
  };
}

/** `com.example.v1.Thing`: as OpenAPI names the definition. */
function schemaName(group: string, version: string, kind: string): string {
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
