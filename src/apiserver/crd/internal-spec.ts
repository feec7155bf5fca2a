/**
 * A definition's spec as upstream validates it: what all versions have alike stands once, at the top, which its errors tell of. Mirrors
 * apiextensions/v1 Convert_v1_CustomResourceDefinitionSpec_To_apiextensions_CustomResourceDefinitionSpec.
 */
import { equalJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import { objectAt, objectsAt } from '../../api/json-fields.ts';

/** What may stand in a version, or at the top. */
export interface VersionParts {
  /** With `openAPIV3Schema`, or without. */
  readonly schema: JsonObject | undefined;
  readonly subresources: JsonObject | undefined;
  readonly columns: readonly JsonObject[];
  readonly selectableFields: readonly JsonObject[];
}

export interface InternalVersion extends VersionParts {
  /** As the client wrote it. */
  readonly version: JsonObject;
}

export interface InternalSpec {
  readonly spec: JsonObject;
  readonly top: VersionParts;
  readonly versions: readonly InternalVersion[];
}

const noParts: VersionParts = { schema: undefined, subresources: undefined, columns: [], selectableFields: [] };

export function internalSpec(spec: JsonObject): InternalSpec {
  const written = objectsAt(spec, 'versions');
  const parts = written.map(partsOf);
  const [first] = parts;
  if (!first) return { spec, top: noParts, versions: [] };
  // Parts are plain JSON.
  const alike = (name: keyof VersionParts): boolean =>
    parts.every((one) => equalJson(one[name] as JsonValue | undefined, first[name] as JsonValue | undefined));
  const names = ['schema', 'subresources', 'columns', 'selectableFields'] as const;
  const moved = new Set(names.filter(alike));
  const pick = (one: VersionParts, wanted: (name: keyof VersionParts) => boolean): VersionParts => ({
    schema: wanted('schema') ? one.schema : undefined,
    subresources: wanted('subresources') ? one.subresources : undefined,
    columns: wanted('columns') ? one.columns : [],
    selectableFields: wanted('selectableFields') ? one.selectableFields : [],
  });
  return {
    spec,
    top: pick(first, (name) => moved.has(name)),
    versions: written.map((version, index) => ({
      version,
      ...pick(parts[index] ?? noParts, (name) => !moved.has(name)),
    })),
  };
}

/** `openAPIV3Schema` of a validation. */
export function openApiSchema(schema: JsonObject | undefined): JsonObject | undefined {
  return objectAt(schema, 'openAPIV3Schema');
}

/** All schemas of the definition. */
export function schemasOf({ top, versions }: InternalSpec): readonly JsonObject[] {
  return [top, ...versions].map(({ schema }) => openApiSchema(schema)).filter((schema) => schema !== undefined);
}

function partsOf(version: JsonObject): VersionParts {
  return {
    schema: objectAt(version, 'schema'),
    subresources: objectAt(version, 'subresources'),
    columns: objectsAt(version, 'additionalPrinterColumns'),
    selectableFields: objectsAt(version, 'selectableFields'),
  };
}
