/**
 * Joins what Go's declarations say of a type (order, names, `omitempty`) with what OpenAPI says of it (required, list types, patch
 * strategies, defaults), and writes each type as one line of text; `src/schema/builtin/type-text.ts` has the grammar and reads it.
 */
import type { GoField, GoPackage } from './go-source.ts';
import type { Definitions, OpenApiDefinition, OpenApiProperty } from './openapi-inputs.ts';

export interface TypeTables {
  /** Definition packages by their short name: `core.v1` → `io.k8s.api.core.v1`. */
  readonly packages: Readonly<Record<string, string>>;
  /** Structs by short name. */
  readonly structs: Readonly<Record<string, string>>;
  /** Named types that are not structs, by short name: `core.v1.PullPolicy` → `string`; `$…`: written in a way of their own. */
  readonly names: Readonly<Record<string, string>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

/** Types with a JSON form of their own (MarshalJSON in upstream's code). */
const specialTypes: Readonly<Record<string, string>> = {
  'k8s.io/apimachinery/pkg/api/resource#Quantity': '$quantity',
  'k8s.io/apimachinery/pkg/apis/meta/v1#Time': '$date-time',
  'k8s.io/apimachinery/pkg/apis/meta/v1#MicroTime': '$micro-time',
  'k8s.io/apimachinery/pkg/apis/meta/v1#Duration': '$duration',
  'k8s.io/apimachinery/pkg/apis/meta/v1#FieldsV1': '$any',
  'k8s.io/apimachinery/pkg/apis/meta/v1#Patch': '$any',
  'k8s.io/apimachinery/pkg/runtime#RawExtension': '$any',
  'k8s.io/apimachinery/pkg/util/intstr#IntOrString': '$int-or-string',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1#JSON': '$any',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1#JSONSchemaPropsOrArray': '$schema-or-array',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1#JSONSchemaPropsOrBool': '$schema-or-bool',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1#JSONSchemaPropsOrStringArray': '$schema-or-strings',
};

/** Writes the tables of all types that `roots` (definition names) reach. `packageAt` reads a package by its import path. */
export function writeTypes(
  roots: readonly string[],
  definitions: Definitions,
  withDefaults: Definitions,
  packageAt: (path: string) => GoPackage,
): TypeTables {
  const packages: Record<string, string> = {};
  const structs: Record<string, string> = {};
  const names: Record<string, string> = {};
  const enums: Record<string, readonly string[]> = {};
  const queue = roots.map(goNameOf);
  const seen = new Set(queue);
  for (let index = 0; index < queue.length; index++) {
    const goName = queue[index] ?? '';
    const [path = '', name = ''] = goName.split('#');
    const short = shortName(goName);
    packages[shortPackage(path)] = definitionPackage(path);
    const special = specialTypes[goName];
    const declaration = packageAt(path).types.get(name);
    if (declaration === undefined) throw new Error(`no declaration of ${goName}`);
    if (declaration.markers.includes('enum')) enums[short] = enumValues(goName, packageAt);
    const refer = (type: string): string =>
      type.replaceAll(/[\w./-]+#\w+/g, (full) => {
        if (!seen.has(full)) {
          seen.add(full);
          queue.push(full);
        }
        return full.startsWith(`${path}#`) ? full.slice(path.length + 1) : shortName(full);
      });
    if (special) names[short] = special;
    else if (typeof declaration.definition === 'string') names[short] = refer(declaration.definition);
    else {
      const definitionName = `${definitionPackage(path)}.${name}`;
      const fields = inlined(declaration.definition, packageAt);
      structs[short] = structText(fields, definitions[definitionName] ?? {}, withDefaults[definitionName] ?? {}, refer);
    }
    if (special?.startsWith('$schema')) refer(`${path}#JSONSchemaProps`);
  }
  return { packages: sorted(packages), structs: sorted(structs), names: sorted(names), enums: sorted(enums) };
}

/** `io.k8s.api.core.v1.Pod` → `core.v1.Pod`. */
export function shortDefinitionName(definition: string): string {
  return shortName(goNameOf(definition));
}

function goNameOf(definition: string): string {
  const parts = definition.split('.');
  const name = parts.pop() ?? '';
  return `k8s.io/${parts.slice(2).join('/')}#${name}`;
}

function definitionPackage(path: string): string {
  return path.replace(/^k8s\.io/, 'io.k8s').replaceAll('/', '.');
}

function shortPackage(path: string): string {
  return path.split('/').slice(-2).join('.');
}

function shortName(goName: string): string {
  const [path = '', name = ''] = goName.split('#');
  return `${shortPackage(path)}.${name}`;
}

function enumValues(goName: string, packageAt: (path: string) => GoPackage): readonly string[] {
  const [path = '', name = ''] = goName.split('#');
  const values = [...packageAt(path).constants.values()]
    .filter(({ type }) => type === name)
    .map(({ value }) => {
      if (typeof value === 'string') return value;
      const [otherPath = '', other = ''] = value.sameAs.split('#');
      const found = packageAt(otherPath).constants.get(other)?.value;
      if (typeof found !== 'string') throw new Error(`no value of the constant ${value.sameAs}`);
      return found;
    });
  return [...new Set(values)].toSorted();
}

function inlined(fields: readonly GoField[], packageAt: (path: string) => GoPackage): GoField[] {
  return fields.flatMap((field) => {
    if (field.name !== '') return [field];
    const [path = '', name = ''] = field.type.split('#');
    const definition = packageAt(path).types.get(name)?.definition;
    if (definition === undefined || typeof definition === 'string') throw new Error(`can't inline ${field.type}`);
    return inlined(definition, packageAt).map((inner) => ({
      ...inner,
      inlinedFrom: [field.goName || name, ...(inner.inlinedFrom ?? [])],
    }));
  });
}

function structText(
  fields: readonly GoField[],
  definition: OpenApiDefinition,
  withDefaults: OpenApiDefinition,
  refer: (type: string) => string,
): string {
  const texts = fields.map((field) => {
    const property = definition.properties?.[field.name] ?? {};
    const tokens = [field.name, refer(field.type)];
    if (field.inlinedFrom) tokens.push(`~${field.inlinedFrom.join('.')}`);
    if (field.omit !== 'never') tokens.push(field.omit === 'empty' ? '?' : '??');
    if (definition.required?.includes(field.name)) tokens.push('!');
    tokens.push(...extensionTokens(property));
    const value = realDefault(field, withDefaults.properties?.[field.name]?.default);
    if (value !== undefined) tokens.push(`=${JSON.stringify(value)}`);
    return tokens.join(' ');
  });
  const mapType = definition['x-kubernetes-map-type'];
  return [...(mapType ? [`%${mapType}`] : []), ...texts].join('; ');
}

function extensionTokens(property: OpenApiProperty): string[] {
  const tokens: string[] = [];
  const listType = property['x-kubernetes-list-type'];
  const keys = property['x-kubernetes-list-map-keys'];
  if (listType) tokens.push(`@${listType}${keys ? `:${keys.join(',')}` : ''}`);
  const mapType = property['x-kubernetes-map-type'];
  if (mapType) tokens.push(`%${mapType}`);
  const strategy = property['x-kubernetes-patch-strategy'];
  if (strategy) tokens.push(`+${strategy}`);
  const mergeKey = property['x-kubernetes-patch-merge-key'];
  if (mergeKey) tokens.push(`^${mergeKey}`);
  return tokens;
}

/** Go's generator gives every field that is not a pointer its zero value as a default: that is no default. */
function realDefault(field: GoField, value: unknown): unknown {
  if (field.markers.some((marker) => /^(k8s:)?default=/.test(marker))) return value;
  const zero =
    value === '' ||
    value === 0 ||
    value === false ||
    (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return zero ? undefined : value;
}

function sorted<T>(table: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(table).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
