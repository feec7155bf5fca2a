/** The operations of a group version: which paths there are and what can be done with each. Mirrors apiserver endpoints/installer. */
import type { GroupVersionKind } from '../../api/gvk.ts';
import type { ResourceFacts, SubresourceFacts, Verb } from '../../schema/resource-facts.ts';
import { unreachable } from '../../lib/unreachable.ts';
import { groupVersionPath, type GroupVersionSource } from './group-version-source.ts';
import { parameters, type Parameter } from './parameters.ts';

export interface Operation {
  readonly method: string;
  /** `x-kubernetes-action`; absent for discovery. */
  readonly action: string | undefined;
  readonly id: string;
  readonly description: string;
  readonly gvk: GroupVersionKind | undefined;
  readonly tag: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly schema: string; readonly types: readonly string[]; readonly required: boolean } | undefined;
  /** Schema (a definition, or `string`) by status code. */
  readonly responses: Readonly<Record<string, string>>;
  readonly produces: readonly string[];
}

export type PathOperations = Readonly<Record<string, readonly Operation[]>>;

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const wholeTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const streamTypes = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const customTypes = ['application/json', 'application/yaml'];
const customPatchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
];

/** All operations of a group version, by path; discovery's path first. */
export function operationsOf(source: GroupVersionSource): PathOperations {
  const paths: Record<string, readonly Operation[]> = {};
  const writer = new OperationWriter(source);
  // Upstream publishes no discovery for what is defined.
  if (!source.custom) paths[`/${groupVersionPath(source)}/`] = [writer.discovery()];
  for (const resource of source.resources) Object.assign(paths, writer.resource(resource));
  return paths;
}

/** `rbac.authorization.k8s.io` → `RbacAuthorization`. */
function groupTitle(group: string): string {
  if (group === '') return 'Core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split('.')
    .map(capital)
    .join('');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

type Action = 'deletecollection' | 'delete' | 'get' | 'list' | 'patch' | 'post' | 'put' | 'watch' | 'watchlist';

interface Shape {
  readonly method: string;
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly body?: 'object' | 'patch' | 'options';
  readonly answer: 'object' | 'list' | 'event' | 'status' | 'deleted';
  readonly codes: readonly number[];
  readonly streams?: true;
}

const watching = {
  method: 'get',
  text: 'watch changes to',
  parameters: parameters.list,
  answer: 'event',
  codes: [200],
  streams: true,
} as const;

const shapes: Readonly<Record<Action, Shape>> = {
  list: {
    method: 'get',
    text: 'list or watch objects of kind',
    parameters: parameters.list,
    answer: 'list',
    codes: [200],
    streams: true,
  },
  watch: watching,
  watchlist: watching,
  get: { method: 'get', text: 'read the specified', parameters: [], answer: 'object', codes: [200] },
  post: {
    method: 'post',
    text: 'create a',
    parameters: parameters.write,
    body: 'object',
    answer: 'object',
    codes: [200, 201, 202],
  },
  put: {
    method: 'put',
    text: 'replace the specified',
    parameters: parameters.write,
    body: 'object',
    answer: 'object',
    codes: [200, 201],
  },
  patch: {
    method: 'patch',
    text: 'partially update the specified',
    parameters: parameters.patch,
    body: 'patch',
    answer: 'object',
    codes: [200, 201],
  },
  delete: {
    method: 'delete',
    text: 'delete a',
    parameters: parameters.delete,
    body: 'options',
    answer: 'deleted',
    codes: [200, 202],
  },
  deletecollection: {
    method: 'delete',
    text: 'delete collection of',
    parameters: parameters.deleteCollection,
    body: 'options',
    answer: 'status',
    codes: [200],
  },
};

/** Where custom resources differ. Mirrors apiextensions-apiserver pkg/controller/openapi/builder buildRoute. */
const customShapes: Partial<Readonly<Record<Action, Shape>>> = {
  get: { ...shapes.get, parameters: parameters.get },
  patch: { ...shapes.patch, codes: [200] },
  deletecollection: {
    method: 'delete',
    text: 'delete collection of',
    parameters: parameters.list,
    answer: 'status',
    codes: [200],
  },
};

function answerOf(answer: Shape['answer'], schema: string, listSchema: string): string {
  switch (answer) {
    case 'object':
      return schema;
    case 'list':
      return listSchema;
    case 'event':
      return `${meta}.WatchEvent`;
    case 'status':
      return `${meta}.Status`;
    case 'deleted':
      return deletedSchema(schema);
    default:
      return unreachable(answer);
  }
}

interface Target {
  readonly gvk?: GroupVersionKind;
  readonly kind: string;
  readonly schema: string;
  readonly listSchema?: string;
}

class OperationWriter {
  readonly #source: GroupVersionSource;
  readonly #root: string;
  readonly #title: string;
  readonly #tag: string;
  readonly #produces: readonly string[];

  constructor(source: GroupVersionSource) {
    this.#source = source;
    this.#root = `/${groupVersionPath(source)}`;
    const title = groupTitle(source.group);
    this.#title = title + capital(source.version);
    this.#tag = `${title.charAt(0).toLowerCase()}${title.slice(1)}_${source.version}`;
    this.#produces = source.custom ? customTypes : wholeTypes;
  }

  discovery(): Operation {
    return {
      method: 'get',
      action: undefined,
      id: `get${this.#title}APIResources`,
      description: 'get available resources',
      gvk: undefined,
      tag: this.#tag,
      parameters: [],
      body: undefined,
      responses: { 200: `${meta}.APIResourceList` },
      produces: wholeTypes,
    };
  }

  resource(resource: ResourceFacts): PathOperations {
    const { plural, namespaced, kind } = resource;
    const scope = namespaced ? 'Namespaced' : '';
    const inNamespace = namespaced ? '/namespaces/{namespace}' : '';
    const place = namespaced ? parameters.inNamespace : [];
    const collection = `${this.#root}${inNamespace}/${plural}`;
    const item = `${collection}/{name}`;
    const paths: Record<string, Operation[]> = {};
    const has = (verb: Verb): boolean => resource.verbs.includes(verb);
    const add = (path: string, operation: Operation): void => void (paths[path] ??= []).push(operation);
    const make = (action: Action, id: string, on: readonly Parameter[]): Operation =>
      this.#operation(resource, action, id, [...on, parameters.pretty]);
    const named = [...place, parameters.name];
    if (has('deletecollection')) {
      add(collection, make('deletecollection', `delete${this.#title}Collection${scope}${kind}`, place));
    }
    if (has('list')) add(collection, make('list', `list${this.#title}${scope}${kind}`, place));
    if (has('create')) add(collection, make('post', `create${this.#title}${scope}${kind}`, place));
    if (has('delete')) add(item, make('delete', `delete${this.#title}${scope}${kind}`, named));
    if (has('get')) add(item, make('get', `read${this.#title}${scope}${kind}`, named));
    if (has('patch')) add(item, make('patch', `patch${this.#title}${scope}${kind}`, named));
    if (has('update')) add(item, make('put', `replace${this.#title}${scope}${kind}`, named));
    for (const subresource of resource.subresources) {
      for (const [path, operations] of this.#subresource(resource, subresource, item, named)) {
        paths[path] = [...(paths[path] ?? []), ...operations];
      }
    }
    if (namespaced && has('list')) {
      add(`${this.#root}/${plural}`, make('list', `list${this.#title}${kind}ForAllNamespaces`, []));
    }
    if (has('watch') && !this.#source.custom) {
      const watched = `${this.#root}/watch`;
      if (namespaced) {
        add(`${watched}/${plural}`, make('watchlist', `watch${this.#title}${kind}ListForAllNamespaces`, []));
      }
      add(`${watched}${inNamespace}/${plural}`, make('watchlist', `watch${this.#title}${scope}${kind}List`, place));
      add(`${watched}${inNamespace}/${plural}/{name}`, make('watch', `watch${this.#title}${scope}${kind}`, named));
    }
    return paths;
  }

  #operation(target: Target, action: Action, id: string, place: readonly Parameter[]): Operation {
    const { group, version, custom } = this.#source;
    const { schema, kind } = target;
    const shape = (custom ? customShapes[action] : undefined) ?? shapes[action];
    const bodySchema = { object: schema, patch: `${meta}.Patch`, options: `${meta}.DeleteOptions` };
    const anyTypes = custom ? customTypes : ['*/*'];
    const types = shape.body === 'patch' ? (custom ? customPatchTypes : patchTypes) : anyTypes;
    const answer = answerOf(shape.answer, schema, target.listSchema ?? `${schema}List`);
    const streams = shape.streams === true && !custom ? streamTypes : [];
    return {
      method: shape.method,
      action,
      id,
      description: `${shape.text} ${kind}`,
      gvk: target.gvk ?? { group, version, kind },
      tag: this.#tag,
      parameters: [...place, ...shape.parameters],
      body: shape.body && { schema: bodySchema[shape.body], types, required: shape.body !== 'options' },
      responses: Object.fromEntries(shape.codes.map((code) => [code, answer])),
      produces: [...this.#produces, ...streams],
    };
  }

  #subresource(
    resource: ResourceFacts,
    subresource: SubresourceFacts,
    item: string,
    named: readonly Parameter[],
  ): [string, Operation[]][] {
    const path = `${item}/${subresource.name}`;
    const scope = resource.namespaced ? 'Namespaced' : '';
    const suffix = `${scope}${resource.kind}${capital(subresource.name)}`;
    const options = parameters.connect[`${resource.plural}/${subresource.name}`];
    if (options) return this.#connect(subresource, path, suffix, [...named, ...options]);
    const schema = this.#schemaOf(resource, subresource);
    // Upstream calls all that is custom by the resource's own kind.
    const own = { group: resource.group, version: resource.version, kind: resource.kind };
    const target = { gvk: this.#source.custom ? own : subresource.gvk, kind: subresource.gvk.kind, schema };
    const place = [...named, parameters.pretty];
    const make = (action: Action, verb: string): Operation =>
      this.#operation(target, action, `${verb}${this.#title}${suffix}`, place);
    const operations: Operation[] = [];
    if (subresource.name === 'log') {
      const read = make('get', 'read');
      return [
        [
          path,
          [
            {
              ...read,
              parameters: [...place, ...parameters.log],
              responses: { 200: 'string' },
              produces: ['text/plain', ...wholeTypes],
            },
          ],
        ],
      ];
    }
    if (subresource.verbs.includes('create')) operations.push(make('post', 'create'));
    if (subresource.verbs.includes('get')) operations.push(make('get', 'read'));
    if (subresource.verbs.includes('patch')) operations.push(make('patch', 'patch'));
    if (subresource.verbs.includes('update')) operations.push(make('put', 'replace'));
    return [[path, operations]];
  }

  #connect(
    subresource: SubresourceFacts,
    path: string,
    suffix: string,
    place: readonly Parameter[],
  ): [string, Operation[]][] {
    const proxy = subresource.name === 'proxy';
    const methods = proxy ? ['delete', 'get', 'head', 'options', 'patch', 'post', 'put'] : ['get', 'post'];
    const all = (end: string, on: readonly Parameter[]): Operation[] =>
      methods.map((method) => ({
        method,
        action: 'connect',
        id: `connect${this.#title}${capital(method)}${suffix}${end}`,
        description: `connect ${method.toUpperCase()} requests to ${subresource.name}`,
        gvk: subresource.gvk,
        tag: this.#tag,
        parameters: on,
        body: undefined,
        responses: { 200: 'string' },
        produces: ['*/*'],
      }));
    if (!proxy) return [[path, all('', place)]];
    return [
      [path, all('', place)],
      [`${path}/{path}`, all('WithPath', [...place, parameters.path])],
    ];
  }

  #schemaOf(resource: ResourceFacts, subresource: SubresourceFacts): string {
    const { group, version, kind } = subresource.gvk;
    if (kind === resource.kind && group === resource.group && version === resource.version) return resource.schema;
    const packages: Readonly<Record<string, string>> = { '': 'core', 'authentication.k8s.io': 'authentication' };
    return `io.k8s.api.${packages[group] ?? group}.${version}.${kind}`;
  }
}

/** Most deletions answer with a Status; those that may be graceful, with the object. */
function deletedSchema(schema: string): string {
  const graceful =
    /^io\.k8s\.api\.(core\.v1\.(Pod|PodTemplate|PersistentVolume|PersistentVolumeClaim|ResourceQuota|Service|ServiceAccount)|storage\.v1\.(CSIDriver|CSINode|StorageClass|VolumeAttachment|VolumeAttributesClass)|resource\.v1\.\w+)$/;
  return graceful.test(schema) ? schema : `${meta}.Status`;
}
