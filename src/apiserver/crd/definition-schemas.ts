/**
 * The schemas of a definition's versions: read from the store and compiled when the resource is first used, and kept as long as the
 * definition stays as it is.
 */
import { path, type FieldError } from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { newNotFound } from '../../api/status.ts';
import type { ObjectSchema } from '../../schema/schema.ts';
import { CustomDecoder } from '../../schema/structural/decode-custom.ts';
import { objectSchema } from '../../schema/structural/object-schema.ts';
import { hasRules } from '../../schema/cel/rules/has-rules.ts';
import { noPath } from '../../schema/structural/validate-instance.ts';
import { pruneDefaults } from '../../schema/structural/prune-defaults.ts';
import { compileStructural, type StructuralSchema } from '../../schema/structural/structural-schema.ts';
import type { KubeObject } from '../../api/object.ts';
import { versionSchemas, type Definition } from './definition.ts';

export interface VersionSchema {
  readonly structural: StructuralSchema;
  readonly decoder: CustomDecoder;
  /** For apply, and for the registry's decoding. */
  readonly object: ObjectSchema;
  /** `x-kubernetes-validations`; absent: there are none. `old` is absent on create. */
  readonly validateRules?: (value: JsonObject, old: JsonObject | undefined) => readonly FieldError[];
}

/** The definition's object; `undefined`: it is gone. */
export type LoadDefinition = () => Promise<Readonly<KubeObject> | undefined>;

/** Rules and what evaluates them: loaded with the first schema that has some. */
async function rulesOf(schema: StructuralSchema): Promise<Pick<VersionSchema, 'validateRules'>> {
  const { validateRules } = await import('../../schema/cel/rules/rule-validator.ts');
  return {
    validateRules(object, old) {
      const update = old === undefined ? {} : { old, ratchets: true };
      const { errors } = validateRules(schema, { path: path(), object, ...update });
      return errors.map((error) => (error.field === '' ? { ...error, field: noPath } : error));
    },
  };
}

export class DefinitionSchemas {
  readonly #definition: Definition;
  readonly #load: LoadDefinition;
  readonly #versions = new Map<string, VersionSchema>();
  #loading: Promise<void> | undefined;
  #loaded = false;

  constructor(definition: Definition, load: LoadDefinition) {
    this.#definition = definition;
    this.#load = load;
  }

  get loaded(): boolean {
    return this.#loaded;
  }

  /** Reads them, once. @throws StatusError NotFound when the definition has just gone */
  async load(): Promise<void> {
    if (this.#loaded) return;
    this.#loading ??= this.#read().finally(() => (this.#loading = undefined));
    await this.#loading;
  }

  /** Of a version, which may have none: then nothing is known but kind and metadata. After {@link load}. */
  version(name: string): VersionSchema {
    const known = this.#versions.get(name);
    if (known) return known;
    if (!this.#loaded) throw new Error(`the schemas of ${this.#definition.name} have not been read yet`);
    const made = this.#compile({});
    this.#versions.set(name, made);
    return made;
  }

  async #read(): Promise<void> {
    const { name, uid } = this.#definition;
    const object = await this.#load();
    if (object?.metadata.uid !== uid) {
      throw newNotFound({ group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }, name);
    }
    for (const [version, props] of versionSchemas(object)) {
      const written = compileStructural(props);
      const structural = this.#definition.preserveUnknownFields ? written : pruneDefaults(written);
      const compiled = this.#compile(structural);
      this.#versions.set(version, hasRules(structural) ? { ...compiled, ...(await rulesOf(structural)) } : compiled);
    }
    this.#loaded = true;
  }

  #compile(structural: StructuralSchema): VersionSchema {
    const { preserveUnknownFields } = this.#definition;
    const decoder = new CustomDecoder({ schema: structural, preserveUnknownFields });
    return { structural, decoder, object: objectSchema(structural, decoder, preserveUnknownFields) };
  }
}
