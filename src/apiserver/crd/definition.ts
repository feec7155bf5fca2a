/**
 * A CustomResourceDefinition, as far as serving its resource needs it at all times: everything but the schemas, which are most of its bytes
 * and are read again when the resource is first used.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';
import { compareVersions } from '../discovery/group-priority.ts';

export interface Names {
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly kind: string;
  readonly listKind: string;
  readonly categories: readonly string[];
}

export type ConditionType =
  | 'Established'
  | 'NamesAccepted'
  | 'NonStructuralSchema'
  | 'Terminating'
  | 'KubernetesAPIApprovalPolicyConformant';

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  readonly jsonPath: string;
}

export interface ScaleSubresource {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  /** Empty: none. */
  readonly labelSelectorPath: string;
}

export interface DefinitionVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  /** Absent: it is not deprecated. */
  readonly deprecationWarning: string | undefined;
  readonly status: boolean;
  readonly scale: ScaleSubresource | undefined;
  readonly columns: readonly PrinterColumn[];
  /** JSON paths. */
  readonly selectableFields: readonly string[];
}

export interface WebhookClientConfig {
  readonly url: string | undefined;
  readonly service:
    | { readonly namespace: string; readonly name: string; readonly path: string; readonly port: number }
    | undefined;
  /** PEM; absent: the system's authorities. */
  readonly caBundle: string | undefined;
}

export type Conversion =
  | { readonly strategy: 'None' }
  | { readonly strategy: 'Webhook'; readonly client: WebhookClientConfig; readonly reviewVersions: readonly string[] };

export interface Definition {
  /** `things.example.com` */
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly group: string;
  readonly namespaced: boolean;
  readonly names: Names;
  readonly acceptedNames: Names;
  readonly versions: readonly DefinitionVersion[];
  readonly conversion: Conversion;
  readonly preserveUnknownFields: boolean;
  /** Those that are true. */
  readonly conditions: ReadonlySet<ConditionType>;
  readonly deleting: boolean;
}

/** Of an object as the store holds it. */
export function definitionOf(object: Readonly<KubeObject>): Definition {
  // Objects are plain JSON.
  const spec = objectAt(object as JsonObject, 'spec') ?? {};
  const status = objectAt(object as JsonObject, 'status') ?? {};
  const { name = '', uid = '', generation = 0, deletionTimestamp } = object.metadata;
  const group = textAt(spec, 'group');
  const versions = objectsAt(spec, 'versions');
  const names = namesOf(objectAt(spec, 'names'));
  const trueConditions = objectsAt(status, 'conditions').filter((condition) => condition['status'] === 'True');
  return {
    name,
    uid,
    generation,
    group,
    namespaced: spec['scope'] === 'Namespaced',
    names,
    acceptedNames: namesOf(objectAt(status, 'acceptedNames')),
    versions: versions.map((version) => versionOf(version, { group, kind: names.kind, versions })),
    conversion: conversionOf(objectAt(spec, 'conversion')),
    preserveUnknownFields: spec['preserveUnknownFields'] === true,
    // Others are upstream's to invent.
    conditions: new Set(trueConditions.map((condition) => textAt(condition, 'type') as ConditionType)),
    deleting: deletionTimestamp !== undefined,
  };
}

export function namesOf(names: JsonObject | undefined): Names {
  return {
    plural: textAt(names, 'plural'),
    singular: textAt(names, 'singular'),
    shortNames: textsAt(names, 'shortNames'),
    kind: textAt(names, 'kind'),
    listKind: textAt(names, 'listKind'),
    categories: textsAt(names, 'categories'),
  };
}

/** The texts of a list; none where there is no list. */
export function textsAt(object: JsonObject | undefined, name: string): readonly string[] {
  const value = object?.[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** `openAPIV3Schema` of each version that has one, by the version's name. */
export function versionSchemas(object: Readonly<KubeObject>): ReadonlyMap<string, JsonObject> {
  const schemas = new Map<string, JsonObject>();
  // Objects are plain JSON.
  for (const version of objectsAt(objectAt(object as JsonObject, 'spec'), 'versions')) {
    const schema = objectAt(objectAt(version, 'schema'), 'openAPIV3Schema');
    if (schema) schemas.set(textAt(version, 'name'), schema);
  }
  return schemas;
}

interface VersionContext {
  readonly group: string;
  readonly kind: string;
  readonly versions: readonly JsonObject[];
}

function versionOf(version: JsonObject, context: VersionContext): DefinitionVersion {
  const subresources = objectAt(version, 'subresources');
  return {
    name: textAt(version, 'name'),
    served: version['served'] === true,
    storage: version['storage'] === true,
    deprecationWarning: version['deprecated'] === true ? warningOf(version, context) : undefined,
    status: isJsonObject(subresources?.['status']),
    scale: scaleOf(objectAt(subresources, 'scale')),
    columns: objectsAt(version, 'additionalPrinterColumns').map(columnOf),
    selectableFields: objectsAt(version, 'selectableFields').map((field) => textAt(field, 'jsonPath')),
  };
}

function scaleOf(scale: JsonObject | undefined): ScaleSubresource | undefined {
  if (!scale) return undefined;
  return {
    specReplicasPath: textAt(scale, 'specReplicasPath'),
    statusReplicasPath: textAt(scale, 'statusReplicasPath'),
    labelSelectorPath: textAt(scale, 'labelSelectorPath'),
  };
}

function columnOf(column: JsonObject): PrinterColumn {
  const priority = column['priority'];
  return {
    name: textAt(column, 'name'),
    type: textAt(column, 'type'),
    format: textAt(column, 'format'),
    description: textAt(column, 'description'),
    priority: typeof priority === 'number' ? priority : 0,
    jsonPath: textAt(column, 'jsonPath'),
  };
}

/** Mirrors customresource_handler.go defaultDeprecationWarning. */
function warningOf(version: JsonObject, { group, kind, versions }: VersionContext): string {
  const own = version['deprecationWarning'];
  if (typeof own === 'string') return own;
  const name = textAt(version, 'name');
  const better = versions
    .filter((other) => other['served'] === true && other['deprecated'] !== true)
    .map((other) => textAt(other, 'name'))
    .filter((other) => compareVersions(other, name) < 0)
    .toSorted(compareVersions)[0];
  const text = `${group}/${name} ${kind} is deprecated`;
  return better === undefined ? text : `${text}; use ${group}/${better} ${kind}`;
}

function conversionOf(conversion: JsonObject | undefined): Conversion {
  if (conversion?.['strategy'] !== 'Webhook') return { strategy: 'None' };
  const webhook = objectAt(conversion, 'webhook');
  const client = objectAt(webhook, 'clientConfig');
  const service = objectAt(client, 'service');
  const caBundle = textAt(client, 'caBundle');
  return {
    strategy: 'Webhook',
    client: {
      url: optional(client?.['url']),
      service: service && {
        namespace: textAt(service, 'namespace'),
        name: textAt(service, 'name'),
        path: textAt(service, 'path'),
        port: typeof service['port'] === 'number' ? service['port'] : 443,
      },
      caBundle: caBundle === '' ? undefined : Buffer.from(caBundle, 'base64').toString(),
    },
    reviewVersions: textsAt(webhook, 'conversionReviewVersions'),
  };
}

function optional(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
