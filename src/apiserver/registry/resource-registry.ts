/** Which resources are served: the built-in ones from the start, others as they come and go. */
import { apiVersionOf, type GroupVersionKind } from '../../api/gvk.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { builtinResources, builtinSchema, schemaForKind } from '../../schema/builtin/catalog.ts';
import type { ResourceFacts } from '../../schema/resource-facts.ts';
import { builtinTypeDefaults } from '../../schema/builtin/defaults/type-defaults.ts';
import { applyDefaults } from '../../schema/default.ts';
import type { ObjectSchema } from '../../schema/schema.ts';
import type { ResourceDefinition } from './resource-definition.ts';
import type { ServedResource } from './served-resource.ts';
import { storagePrefixOf } from './storage-key.ts';

export interface ResourceRegistry {
  /** As a request names it; `undefined`: not served. */
  find(group: string, version: string, resource: string): ServedResource | undefined;
  /** One served version per stored kind: where all objects of a cluster are to be visited. */
  stored(): readonly ServedResource[];
  /** Serves one more, or replaces it. */
  add(resource: ServedResource): void;
  remove(group: string, version: string, resource: string): void;
}

/** With the built-in resources. `definitions`: what code adds to them. */
export function createResourceRegistry(definitions: readonly ResourceDefinition[]): ResourceRegistry {
  const served = new Map<string, ServedResource>();
  const byResource = new Map(
    definitions.map((definition) => [`${definition.group}/${definition.resource}`, definition]),
  );
  for (const facts of builtinResources()) {
    const definition = byResource.get(`${facts.group}/${facts.plural}`);
    served.set(keyOf(facts.group, facts.version, facts.plural), new BuiltinResource(facts, definition));
  }
  return {
    find: (group, version, resource) => served.get(keyOf(group, version, resource)),
    stored() {
      const seen = new Map<string, ServedResource>();
      for (const resource of served.values()) {
        const isStored = resource.verbs.includes('list') && !resource.definition?.virtual;
        if (isStored && !seen.has(resource.storagePrefix)) seen.set(resource.storagePrefix, resource);
      }
      return [...seen.values()];
    },
    add(resource) {
      served.set(keyOf(resource.gr.group, resource.version, resource.gr.resource), resource);
    },
    remove(group, version, resource) {
      served.delete(keyOf(group, version, resource));
    },
  };
}

function keyOf(group: string, version: string, resource: string): string {
  return `${group}/${version}/${resource}`;
}

/** Schemas are looked up when first needed: most are never asked for. */
class BuiltinResource implements ServedResource {
  readonly gr: ServedResource['gr'];
  readonly version: string;
  readonly singular: string;
  readonly gvk: GroupVersionKind;
  readonly apiVersion: string;
  readonly kind: string;
  readonly listKind: string;
  readonly table: ServedResource['table'];
  readonly protobuf = true;
  readonly namespaced: boolean;
  readonly verbs: ServedResource['verbs'];
  readonly subresources: ServedResource['subresources'];
  readonly definition: ResourceDefinition | undefined;
  readonly storageGvk: GroupVersionKind;
  readonly storagePrefix: string;
  readonly toStorage: ServedResource['toStorage'];
  readonly fromStorage: ServedResource['fromStorage'];
  readonly begin?: (verb: string) => Promise<void>;
  readonly #schemaName: string;

  constructor(facts: ResourceFacts, definition: ResourceDefinition | undefined) {
    this.gr = { group: facts.group, resource: facts.plural };
    this.version = facts.version;
    this.singular = facts.singular;
    this.gvk = { group: facts.group, version: facts.version, kind: facts.kind };
    this.apiVersion = apiVersionOf(this.gvk);
    this.kind = facts.kind;
    this.listKind = `${facts.kind}List`;
    this.table = definition?.table;
    this.namespaced = facts.namespaced;
    this.verbs = facts.verbs;
    this.subresources = facts.subresources;
    this.definition = definition;
    if (definition?.begin) this.begin = (verb) => definition.begin?.(verb) ?? Promise.resolve();
    const conversion = definition?.conversion;
    this.toStorage = conversion?.toStorage[facts.version];
    this.fromStorage = conversion?.fromStorage[facts.version];
    // Events of both groups are stored as the core group's.
    const storageGroup = facts.group === 'events.k8s.io' ? '' : facts.group;
    this.storageGvk = {
      group: this.toStorage ? storageGroup : facts.group,
      version: conversion?.storageVersion ?? facts.version,
      kind: facts.kind,
    };
    this.storagePrefix = storagePrefixOf(this.gr, definition?.storagePrefix);
    this.#schemaName = facts.schema;
  }

  get schema(): ObjectSchema {
    return builtinSchema(this.#schemaName);
  }

  get storageSchema(): ObjectSchema {
    return schemaForKind(this.storageGvk) ?? this.schema;
  }

  applyDefaults(object: KubeObject): void {
    // A decoded object is plain JSON.
    applyDefaults(this.schema, object as JsonObject, { gvk: this.gvk }, builtinTypeDefaults);
    this.definition?.settle?.(object);
  }
}
