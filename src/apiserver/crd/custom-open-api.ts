/**
 * The group versions of custom resources as sources of OpenAPI. Their hashes are known at once; a definition is read from the store only when a
 * document is written, and not kept.
 */
import { apiVersionOf } from '../../api/gvk.ts';
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { builtinDefinitions } from '../openapi/builtin-definitions.ts';
import type { GroupVersionSource } from '../openapi/group-version-source.ts';
import { operationsOf } from '../openapi/operations.ts';
import { customDefinitions, schemaOfVersion, type PublishedVersion } from './custom-definitions.ts';
import type { CustomResource } from './custom-resource.ts';
import { hasInvalidType } from './schema-validation.ts';
import { schemaHas } from './schema-visit.ts';
import { factsOf, type Served } from './served-definitions.ts';
import * as field from '../../api/field-error.ts';
import { validateStructural } from './validate-structural.ts';

/** A document needs definitions that have to be read first. */
export class DefinitionsMissing extends Error {
  override readonly name = 'DefinitionsMissing';
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    super(`definitions have to be read first: ${names.join(', ')}`);
    this.names = names;
  }
}

interface Member {
  readonly served: Served;
  readonly resource: CustomResource;
}

/** `definitions`: those that have been read, by name. */
export function customSources(
  established: readonly Served[],
  definitions: ReadonlyMap<string, Readonly<KubeObject>>,
): readonly GroupVersionSource[] {
  const members = established.flatMap((served) =>
    served.definition.versions.flatMap(({ name, served: isServed }): Member[] => {
      const resource = isServed ? served.versions.get(name) : undefined;
      return resource ? [{ served, resource }] : [];
    }),
  );
  const groups = Map.groupBy(members, ({ resource }) => resource.apiVersion);
  return [...groups.values()].map((group) => sourceOf(group, definitions));
}

function sourceOf(members: readonly Member[], read: ReadonlyMap<string, Readonly<KubeObject>>): GroupVersionSource {
  const [first] = members;
  const source: GroupVersionSource = {
    group: first?.served.definition.group ?? '',
    version: first?.resource.version ?? '',
    revision: members.map(({ served: { definition } }) => `${definition.uid} ${definition.generation}`).join(' '),
    resources: members.map(({ served, resource }) => factsOf(served.definition, resource)),
    custom: true,
    definitions(format, descriptions) {
      const missing = members.filter(({ served }) => !read.has(served.definition.name));
      if (missing.length > 0) throw new DefinitionsMissing(missing.map(({ served }) => served.definition.name));
      const own = members.flatMap((member) =>
        Object.entries(customDefinitions(publishedOf(member, read), format, descriptions)),
      );
      const names = new Set(own.map(([name]) => name));
      const roots = [...rootsOf(source), ...metaRoots].filter((name) => !names.has(name));
      return { ...builtinDefinitions(roots, format, apiVersionOf(source), descriptions), ...Object.fromEntries(own) };
    },
  };
  return source;
}

const metaRoots = ['ObjectMeta', 'ListMeta'].map((name) => `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`);

/** All definitions that the operations name. */
function rootsOf(source: GroupVersionSource): readonly string[] {
  const operations = Object.values(operationsOf(source)).flat();
  const named = operations.flatMap(({ body, responses }) => [
    ...(body ? [body.schema] : []),
    ...Object.values(responses),
  ]);
  return [...new Set(named.filter((name) => name !== 'string'))];
}

function publishedOf({ served, resource }: Member, read: ReadonlyMap<string, Readonly<KubeObject>>): PublishedVersion {
  const { definition } = served;
  const facts = factsOf(definition, resource);
  const version = definition.versions.find(({ name }) => name === resource.version);
  // Objects are plain JSON.
  const schema = schemaOfVersion((read.get(definition.name) ?? {}) as JsonObject, resource.version);
  const structural =
    schema && !schemaHas(schema, hasInvalidType) && validateStructural(schema, field.path()).length === 0;
  return {
    group: definition.group,
    version: resource.version,
    kind: resource.kind,
    listKind: resource.listKind,
    plural: facts.plural,
    name: facts.schema,
    listName: facts.listSchema ?? `${facts.schema}List`,
    schema: structural ? schema : undefined,
    preserveUnknownFields: definition.preserveUnknownFields,
    selectableFields: version?.selectableFields ?? [],
  };
}
