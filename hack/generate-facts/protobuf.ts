/**
 * Makes the table of protobuf messages (`src/schema/builtin/protobuf.generated.json`) from upstream's `generated.proto` files, which say
 * what is on the wire, and the Go structs beside them, which say how the same field is written in JSON (its name, whether it is left out
 * when empty, whether it can be nil at all).
 *
 * Only stable versions are taken: what a server of this version serves unasked.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProtobufTable } from '../../src/api/codec/protobuf-table.ts';
import type { ModuleFolders } from './go-modules.ts';

/** Messages whose JSON isn't an object with their fields. By name, or by what they are in Go. */
const scalarMessages: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'micro-time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Duration': 'duration',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'raw-json',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'int-or-string',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'raw-json',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'raw-json',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'schema-or-array',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'schema-or-bool',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'schema-or-strings',
};

const scalars = new Set(['string', 'bool', 'int32', 'int64', 'double', 'bytes']);

/** Where the stable packages are: a module, and the folder whose subfolders are `<group>/<version>`. */
const groupFolders = [
  { module: 'k8s.io/api', folder: '' },
  { module: 'k8s.io/apiextensions-apiserver', folder: 'pkg/apis' },
  { module: 'k8s.io/kube-aggregator', folder: 'pkg/apis' },
] as const;

interface Package {
  /** As in OpenAPI: `io.k8s.api.core.v1`. */
  readonly name: string;
  readonly apiVersion: string;
  readonly proto: string;
  readonly go: string;
}

interface ProtoField {
  readonly number: string;
  readonly repeated: boolean;
  readonly map: boolean;
  readonly type: string;
}

interface GoField {
  readonly json: string;
  readonly omit: string;
  readonly pointer: boolean;
}

/** The generated file's text: one line per message, so that a change of version reads well in a diff. */
export function writeProtobufTable(folders: ModuleFolders): string {
  const table = generateProtobufTable(folders);
  const lines = (entries: object): string =>
    Object.entries(entries)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
      .join(',\n');
  return `{"kinds":{\n${lines(table.kinds)}\n},"messages":{\n${lines(table.messages)}\n}}\n`;
}

/** The table of all stable messages. Throws when an input has something that the table can't say. */
function generateProtobufTable(modules: ModuleFolders): ProtobufTable {
  const meta = metaPackage(modules);
  const packages = [meta, ...groupPackages(modules)];
  const kinds: Record<string, string> = {};
  const messages: Record<string, readonly string[]> = {};
  const lists = new Set<string>();
  const protos = new Map(packages.flatMap((one) => readMessages(one)));
  for (const one of packages) {
    const structs = readStructs(one.go);
    for (const [name, text] of structs) {
      const fields = protos.get(`${one.name}.${name}`);
      if (!fields || `${one.name}.${name}` in scalarMessages) continue;
      messages[`${one.name}.${name}`] = joinFields(one.name, name, fields, readGoFields(text));
      if (/^\s+(metav1\.|v1\.)?TypeMeta\s+`json:",inline"/m.test(text) && one !== meta) {
        kinds[`${one.apiVersion} ${name}`] = `${one.name}.${name}`;
      }
    }
    for (const [, name = ''] of one.go.matchAll(/^type (\w+) \[\]string$/gm)) {
      if (protos.has(`${one.name}.${name}`)) lists.add(`${one.name}.${name}`);
    }
  }
  aliasCoreList(kinds, messages);
  const scalarTypes = { ...scalarMessages, ...Object.fromEntries([...lists].map((name) => [name, 'string-list'])) };
  return { kinds: sorted(kinds), messages: sorted(shorten(messages, scalarTypes)) };
}

function metaPackage(modules: ModuleFolders): Package {
  return readPackage(folderOf(modules, 'k8s.io/apimachinery', 'pkg/apis/meta/v1'), 'v1');
}

function groupPackages(modules: ModuleFolders): Package[] {
  return groupFolders.flatMap(({ module, folder }) => {
    const root = folderOf(modules, module, folder);
    return subfolders(root).flatMap((group) =>
      subfolders(join(root, group))
        .filter((version) => /^v\d+$/.test(version))
        .filter((version) => readdirSync(join(root, group, version)).includes('generated.proto'))
        .map((version) => readPackage(join(root, group, version), version)),
    );
  });
}

function folderOf(modules: ModuleFolders, module: string, folder: string): string {
  const root = modules.get(module);
  if (root === undefined) throw new Error(`module ${module} is not among the inputs`);
  return join(root, folder);
}

function subfolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

function readPackage(folder: string, version: string): Package {
  const proto = readFileSync(join(folder, 'generated.proto'), 'utf8');
  const go = readdirSync(folder)
    .filter(
      (file) =>
        file.endsWith('.go') &&
        !/(_test|\.pb|_generated|swagger_doc_generated)\.go$/.test(file) &&
        !file.startsWith('zz_'),
    )
    .toSorted()
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  const group = /\bGroupName\s*=\s*"([^"]*)"/.exec(go)?.[1] ?? '';
  const name = openApiName(/^package (.+);$/m.exec(proto)?.[1] ?? '');
  return { name, apiVersion: group === '' ? version : `${group}/${version}`, proto, go };
}

/** `k8s.io.kube_aggregator.pkg` → `io.k8s.kube-aggregator.pkg`. */
function openApiName(protoName: string): string {
  return protoName.replace(/^\.?k8s\.io\./, 'io.k8s.').replaceAll('_', '-');
}

function readMessages(one: Package): [string, readonly ProtoField[]][] {
  return [...one.proto.matchAll(/^message (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => [
    `${one.name}.${name}`,
    [...body.matchAll(/^ {2}(?:(optional|repeated|required) ([\w.]+)|map<string, ([\w.]+)>) \w+ = (\d+);/gm)].map(
      ([, label, type, mapped, number = '']) => ({
        number,
        repeated: label === 'repeated',
        map: mapped !== undefined,
        type: typeName(one.name, mapped ?? type ?? ''),
      }),
    ),
  ]);
}

function typeName(packageName: string, type: string): string {
  if (scalars.has(type)) return type;
  return type.startsWith('.') ? openApiName(type) : `${packageName}.${type}`;
}

function readStructs(go: string): [string, string][] {
  return [...go.matchAll(/^type (\w+) struct ?\{(?:\}|\n([\s\S]*?)^\})/gm)].map(([, name = '', body = '']) => [
    name,
    body,
  ]);
}

/** By field number, in Go's order. */
function readGoFields(body: string): Map<string, GoField> {
  const fields = new Map<string, GoField>();
  for (const [, type = '', tags = ''] of body.matchAll(/^\s+(?:\w+\s+)?([\w.[\]*]+)\s+`([^`\n]*)`/gm)) {
    const number = /protobuf:"\w+,(\d+)/.exec(tags)?.[1];
    if (number === undefined) continue;
    const [json = '', ...options] = (/json:"([^"]*)"/.exec(tags)?.[1] ?? '-').split(',');
    const omit = `${options.includes('omitempty') ? '?' : ''}${options.includes('omitzero') ? '~' : ''}`;
    fields.set(number, { json: json === '' ? '.' : json, omit, pointer: type.startsWith('*') });
  }
  return fields;
}

function joinFields(
  packageName: string,
  message: string,
  fields: readonly ProtoField[],
  go: Map<string, GoField>,
): string[] {
  const byNumber = new Map(fields.map((field) => [field.number, field]));
  if (byNumber.size !== go.size)
    throw new Error(`${packageName}.${message}: ${byNumber.size} fields on the wire, ${go.size} in Go`);
  return [...go].map(([number, { json, omit, pointer }]) => {
    const field = byNumber.get(number);
    if (!field) throw new Error(`${packageName}.${message}: field ${number} isn't on the wire`);
    const shape = field.map ? '{}' : field.repeated ? '[]' : pointer ? '*' : '';
    return `${number} ${json}${omit} ${shape}${field.type}`;
  });
}

/** `type List metav1.List`: the one kind that is defined as another package's. */
function aliasCoreList(kinds: Record<string, string>, messages: Record<string, readonly string[]>): void {
  const list = messages['io.k8s.apimachinery.pkg.apis.meta.v1.List'];
  if (!list) throw new Error('meta/v1 has no List');
  messages['io.k8s.api.core.v1.List'] = list;
  kinds['v1 List'] = 'io.k8s.api.core.v1.List';
}

function typeOf(field: string): string {
  return (field.split(' ')[2] ?? '').replace(/^(\[\]|\{\}|\*)/, '');
}

/** Writes special types by their short name and checks that every other one is in the table. */
function shorten(
  messages: Record<string, readonly string[]>,
  scalarTypes: Readonly<Record<string, string>>,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      fields.map((field) => {
        const type = typeOf(field);
        const short = scalarTypes[type];
        if (short === undefined && !scalars.has(type) && !(type in messages))
          throw new Error(`${name}: no message ${type}`);
        return short === undefined ? field : field.replace(type, short);
      }),
    ]),
  );
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
