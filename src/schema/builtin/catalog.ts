/**
 * The built-in kinds of the pinned Kubernetes version: which resources there are, and the schemas of their types. A type is compiled
 * when it is first asked for, since most clusters use few of them.
 */
import type { GroupVersionKind } from '../../api/gvk.ts';
import type { Field, ObjectSchema } from '../schema.ts';
import type { ResourceFacts, Verb } from '../resource-facts.ts';
import { factsTable, fullTypeName, shortTypeName, type ResourceRow } from './facts.ts';
import { parseTypeText, type FieldText } from './type-text.ts';
import { schemaOfExpression } from './type-expression.ts';

let resources: readonly ResourceFacts[] | undefined;
let namesByKind: ReadonlyMap<string, string> | undefined;
const compiled = new Map<string, ObjectSchema>();

/**
 * All stable resources: what upstream serves by default. Groups, versions and resources in the order of upstream's discovery, so a
 * group's preferred version comes first.
 */
export function builtinResources(): readonly ResourceFacts[] {
  resources ??= factsTable.resources.map(resourceOf);
  return resources;
}

/** `name`: of a definition (`io.k8s.api.core.v1.Pod`). Throws for a name that is not in the table: names come from the table. */
export function builtinSchema(name: string): ObjectSchema {
  return structSchema(shortTypeName(name));
}

/** Also for kinds that are no resource: `DeleteOptions` (of any group version), `Scale`, `Status`, `PodList`… */
export function schemaForKind(gvk: GroupVersionKind): ObjectSchema | undefined {
  namesByKind ??= new Map(
    [
      ...Object.entries(factsTable.kinds),
      ...Object.entries(factsTable.everyGroup).flatMap(([name, kinds]) => kinds.map((kind) => [name, kind] as const)),
    ].map(([name, kind]) => [kind, name]),
  );
  const groupVersion = gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`;
  const name = namesByKind.get(`${groupVersion} ${gvk.kind}`);
  return name === undefined ? undefined : structSchema(name);
}

/** Of Kubernetes, as `/version` says it: `v1.36.3`. */
export function builtinVersion(): string {
  return factsTable.version;
}

function resourceOf(row: ResourceRow): ResourceFacts {
  return {
    group: row.group,
    version: row.version,
    plural: row.plural,
    singular: row.singular,
    kind: row.kind,
    namespaced: row.namespaced,
    shortNames: row.shortNames ?? [],
    categories: row.categories ?? [],
    verbs: verbsOf(row.verbs),
    schema: fullTypeName(row.schema),
    subresources: (row.subresources ?? []).map(({ name, group, version, kind, verbs }) => ({
      name,
      gvk: { group, version, kind },
      verbs: verbsOf(verbs),
    })),
    storageVersionHash: row.hash ?? '',
  };
}

function verbsOf(text: string): readonly Verb[] {
  // The generator copies upstream's verbs, which are these.
  return text.split(' ') as Verb[];
}

function structSchema(name: string): ObjectSchema {
  let schema = compiled.get(name);
  if (schema === undefined) {
    const text = factsTable.structs[name];
    if (text === undefined) throw new Error(`the table of built-in types has no ${name}`);
    schema = new BuiltinObjectSchema(name, text);
    compiled.set(name, schema);
  }
  return schema;
}

class BuiltinObjectSchema implements ObjectSchema {
  readonly type = 'object';
  readonly name: string;
  readonly goType: string;
  readonly preserveUnknownFields = false;
  readonly #package: string;
  readonly #text: string;
  #fields: ReadonlyMap<string, Field> | undefined;
  #names: readonly string[] | undefined;

  constructor(short: string, text: string) {
    this.name = fullTypeName(short);
    this.goType = short.split('.').slice(-2).join('.');
    this.#package = short.slice(0, short.lastIndexOf('.'));
    this.#text = text;
  }

  get mapType(): 'granular' | 'atomic' {
    return this.#text.startsWith('%atomic') ? 'atomic' : 'granular';
  }

  field(name: string): Field | undefined {
    this.#fields ??= this.#compile();
    return this.#fields.get(name);
  }

  fieldNames(): readonly string[] {
    this.#fields ??= this.#compile();
    this.#names ??= [...this.#fields.keys()];
    return this.#names;
  }

  #compile(): ReadonlyMap<string, Field> {
    return new Map(parseTypeText(this.#text).fields.map((text) => [text.name, this.#compileField(text)]));
  }

  #compileField(text: FieldText): Field {
    const schema = schemaOfExpression(text.type, {
      package: this.#package,
      listType: text.listType ?? 'atomic',
      listMapKeys: text.listMapKeys,
      mapType: text.mapType ?? 'granular',
      struct: structSchema,
    });
    return {
      name: text.name,
      schema: schema.type === 'object' && text.mapType ? withMapType(schema, text.mapType) : schema,
      required: text.required,
      default: text.default,
      patchStrategy: text.patchStrategy,
      patchMergeKey: text.patchMergeKey,
      nullable: false,
      go: { omit: text.omit, pointer: text.type.startsWith('*'), inlinedFrom: text.inlinedFrom },
    };
  }
}

/** A field may say of its struct what the struct says otherwise of itself: `claimRef` of a volume is granular. */
function withMapType(schema: ObjectSchema, mapType: 'granular' | 'atomic'): ObjectSchema {
  return {
    type: 'object',
    name: schema.name,
    ...(schema.goType === undefined ? {} : { goType: schema.goType }),
    preserveUnknownFields: schema.preserveUnknownFields,
    mapType,
    field: (name) => schema.field(name),
    fieldNames: () => schema.fieldNames(),
  };
}
