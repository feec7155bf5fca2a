/** The parts of upstream's OpenAPI and discovery documents that the generator reads. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GroupVersionKindText {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface OpenApiProperty {
  readonly default?: unknown;
  readonly description?: string;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
}

export interface OpenApiDefinition {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, OpenApiProperty>>;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKindText[];
  readonly 'x-kubernetes-map-type'?: string;
}

export type Definitions = Readonly<Record<string, OpenApiDefinition>>;

/** Mirrors meta/v1 APIResource. */
export interface DiscoveredResource {
  readonly name: string;
  readonly singularName: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly group?: string;
  readonly version?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

export interface DiscoveredGroupVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly DiscoveredResource[];
}

const stableVersion = /^v\d+$/;

/** `folder`: of the module k8s.io/kubernetes. The definitions of all API types, by name. */
export function readDefinitions(folder: string): Definitions {
  // The shape of OpenAPI v2, of which only what is declared above is used.
  const swagger = readJson(join(folder, 'api/openapi-spec/swagger.json')) as { definitions: Definitions };
  return swagger.definitions;
}

/** The OpenAPI v3 schemas of the stable group versions: these have defaults. */
export function readVersion3Schemas(folder: string): Definitions {
  const specs = join(folder, 'api/openapi-spec/v3');
  const schemas: Record<string, OpenApiDefinition> = {};
  for (const file of readdirSync(specs)) {
    if (!/^api__v1_openapi|^apis__.*__v\d+_openapi/.test(file)) continue;
    // The shape of OpenAPI v3.
    const document = readJson(join(specs, file)) as { components: { schemas: Definitions } };
    Object.assign(schemas, document.components.schemas);
  }
  return schemas;
}

/**
 * The group versions that are served unless switched off: the stable ones, core first, then in the order of upstream's discovery, a
 * group's preferred version before its others.
 */
export function readStableGroupVersions(folder: string): DiscoveredGroupVersion[] {
  const discovery = join(folder, 'api/discovery');
  // The shape of meta/v1 APIGroupList.
  const list = readJson(join(discovery, 'apis.json')) as {
    groups: readonly { readonly name: string; readonly versions: readonly { readonly version: string }[] }[];
  };
  const all = [{ name: '', versions: [{ version: 'v1' }] }, ...list.groups];
  return all.flatMap(({ name, versions }) =>
    versions
      .filter(({ version }) => stableVersion.test(version))
      .map(({ version }) => {
        const file = name === '' ? `api__${version}.json` : `apis__${name}__${version}.json`;
        // The shape of meta/v1 APIResourceList.
        const { resources } = readJson(join(discovery, file)) as { resources: readonly DiscoveredResource[] };
        return { group: name, version, resources };
      }),
  );
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
