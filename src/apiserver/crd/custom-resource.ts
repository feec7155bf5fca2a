/** One served version of a custom resource, as the registry and the verbs see it. */
import { apiVersionOf, type GroupResource, type GroupVersionKind } from '../../api/gvk.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { applySchemaDefaults } from '../../schema/structural/default-values.ts';
import type { SubresourceFacts, Verb } from '../../schema/resource-facts.ts';
import type { ObjectSchema } from '../../schema/schema.ts';
import type { EntryForm } from '../registry/entry-form.ts';
import type { ResourceDefinition, TablePrinter } from '../registry/resource-definition.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { Converter } from './converter.ts';
import { CustomEntryForm } from './custom-entry-form.ts';
import { customStrategy } from './custom-strategy.ts';
import { customTable } from './custom-table.ts';
import type { Definition, DefinitionVersion } from './definition.ts';
import type { DefinitionSchemas } from './definition-schemas.ts';
import { JsonPath } from './json-path.ts';
import { scalePaths } from './scale-paths.ts';
import { selectableFields } from './selectable-fields.ts';

export interface CustomResourceOptions {
  readonly definition: Definition;
  readonly version: DefinitionVersion;
  readonly schemas: DefinitionSchemas;
  readonly converter: Converter;
  /** Aborted when it is served in another way, or no longer. */
  readonly retired: AbortSignal;
  /** Its definition is being deleted. */
  isTerminating(): boolean;
}

const allVerbs: readonly Verb[] = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const partVerbs: readonly Verb[] = ['get', 'patch', 'update'];
const scaleKind: GroupVersionKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

export class CustomResource implements ServedResource {
  readonly gr: GroupResource;
  readonly version: string;
  readonly singular: string;
  readonly gvk: GroupVersionKind;
  readonly storageGvk: GroupVersionKind;
  readonly apiVersion: string;
  readonly kind: string;
  readonly listKind: string;
  readonly table: TablePrinter;
  readonly namespaced: boolean;
  readonly verbs = allVerbs;
  readonly subresources: readonly SubresourceFacts[];
  readonly definition: ResourceDefinition;
  readonly protobuf = false;
  readonly storagePrefix: string;
  readonly toStorage = undefined;
  readonly fromStorage = undefined;
  readonly entryForm: EntryForm;
  readonly retired: AbortSignal;
  readonly #schemas: DefinitionSchemas;
  readonly #warning: string | undefined;

  constructor(options: CustomResourceOptions) {
    const { definition, version, schemas, converter, retired } = options;
    const { group, acceptedNames: names } = definition;
    this.gr = { group, resource: names.plural };
    this.version = version.name;
    this.singular = names.singular;
    this.gvk = { group, version: version.name, kind: names.kind };
    this.storageGvk = this.gvk;
    this.apiVersion = apiVersionOf(this.gvk);
    this.kind = names.kind;
    this.listKind = names.listKind;
    this.table = customTable(version.columns);
    this.namespaced = definition.namespaced;
    this.subresources = subresourcesOf(this.gvk, version);
    this.storagePrefix = `/registry/${group}/${names.plural}/`;
    this.retired = retired;
    this.#schemas = schemas;
    this.#warning = version.deprecationWarning;
    const storageVersion = definition.versions.find(({ storage }) => storage)?.name ?? version.name;
    this.entryForm = new CustomEntryForm({ group, version: version.name, storageVersion, schemas, converter });
    this.definition = this.#definitionOf(version, options.isTerminating);
  }

  /** Schemas are there once a request has begun. */
  get schema(): ObjectSchema {
    return this.#schemas.version(this.version).object;
  }

  get storageSchema(): ObjectSchema {
    return this.schema;
  }

  applyDefaults(object: KubeObject): void {
    // A decoded object is plain JSON.
    applySchemaDefaults(object as JsonObject, this.#schemas.version(this.version).structural);
  }

  async begin(_verb: string, warnings: string[]): Promise<void> {
    await this.#schemas.load();
    if (this.#warning !== undefined) warnings.push(this.#warning);
  }

  #definitionOf(version: DefinitionVersion, isTerminating: () => boolean): ResourceDefinition {
    const { group, resource } = this.gr;
    const paths = version.selectableFields;
    return {
      group,
      resource,
      table: this.table,
      strategy: customStrategy({
        group,
        plural: resource,
        kind: this.kind,
        apiVersion: this.apiVersion,
        version,
        schema: () => this.#schemas.version(version.name),
        isTerminating,
      }),
      ...(version.scale ? { scale: scalePaths(version.scale) } : {}),
      ...(paths.length > 0
        ? { selectableFields: selectableFields(paths.map((path) => [path, new JsonPath(path)])) }
        : {}),
    };
  }
}

function subresourcesOf(gvk: GroupVersionKind, { status, scale }: DefinitionVersion): readonly SubresourceFacts[] {
  return [
    ...(status ? [{ name: 'status', gvk, verbs: partVerbs }] : []),
    ...(scale ? [{ name: 'scale', gvk: scaleKind, verbs: partVerbs }] : []),
  ];
}
