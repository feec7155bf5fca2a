/** The objects that a binding parametrizes its policy with. Mirrors apiserver pkg/admission/plugin/policy/generic CollectParams. */
import { parseApiVersion } from '../../../api/gvk.ts';
import { isJsonObject, type JsonObject } from '../../../api/json.ts';
import { SelectorError } from '../../../api/label-requirement.ts';
import { labelRequirements } from '../../../api/label-selector.ts';
import type { ResourceCatalog } from '../../discovery/resource-catalog.ts';
import type { GenericStore } from '../../registry/generic-store.ts';
import { listObjects } from '../../registry/list-objects.ts';
import type { ResourceRegistry } from '../../registry/resource-registry.ts';
import type { ParamKind, ParamRef } from '../../registry/resources/admissionregistration/registration.ts';
import type { ServedResource } from '../../registry/served-resource.ts';
import type { StoredObject } from '../../registry/stored-object.ts';

export interface ParamServices {
  readonly store: GenericStore;
  readonly resources: ResourceRegistry;
  readonly catalog: ResourceCatalog;
}

/** The policy or its binding can't be followed. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Undefined: the policy has no params. @throws ConfigurationError where nothing of that kind is served here */
export function paramResource(services: ParamServices, paramKind: ParamKind | undefined): ServedResource | undefined {
  if (!paramKind) return undefined;
  const { apiVersion = '', kind = '' } = paramKind;
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' };
  const plural = services.catalog.version(group, version)?.resources.find((one) => one.kind === kind)?.plural;
  const resource = plural === undefined ? undefined : services.resources.find(group, version, plural);
  if (resource) return resource;
  const text = `${group}/${version}, Kind=${kind}`;
  throw new ConfigurationError(`failed to find resource referenced by paramKind: '${text}'`);
}

/**
 * `null`: the policy is to be asked without any. Of none, it isn't asked at all.
 * @param namespace of the request
 * @throws ConfigurationError
 */
export async function collectParams(
  { store }: ParamServices,
  resource: ServedResource | undefined,
  paramRef: ParamRef | undefined,
  namespace: string,
): Promise<readonly (JsonObject | null)[]> {
  if (!resource || !paramRef) return [null];
  const { name = '', selector, parameterNotFoundAction } = paramRef;
  const from = namespaceOf(resource, paramRef, namespace);
  await resource.begin?.('get', []);
  const found =
    name === '' ? await listParams(store, resource, from, selector) : await findParam(store, resource, from, name);
  if (found.length === 0 && parameterNotFoundAction === 'Deny') {
    throw new ConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return found.map((one) => servedParam(resource, one));
}

function namespaceOf({ namespaced }: ServedResource, { namespace: given = '' }: ParamRef, namespace: string): string {
  if (!namespaced && given !== '') {
    throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  if (!namespaced) return '';
  if (given !== '') return given;
  if (namespace !== '') return namespace;
  const text = 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources';
  throw new ConfigurationError(text);
}

async function findParam(
  store: GenericStore,
  resource: ServedResource,
  namespace: string,
  name: string,
): Promise<readonly StoredObject[]> {
  const found = await store.find({ resource, namespace, name });
  return found ? [found] : [];
}

async function listParams(
  store: GenericStore,
  resource: ServedResource,
  namespace: string,
  selector: ParamRef['selector'],
): Promise<readonly StoredObject[]> {
  const { items } = await listObjects(store.store, {
    resource,
    namespace,
    selection: { labels: requirementsOf(selector), fields: [] },
    limit: 0,
    continue: '',
    resourceVersion: '',
    resourceVersionMatch: '',
  });
  return items;
}

function requirementsOf(selector: ParamRef['selector']) {
  try {
    return labelRequirements(selector) ?? [];
  } catch (error) {
    if (error instanceof SelectorError) throw new ConfigurationError(error.message, { cause: error });
    throw error;
  }
}

function servedParam(resource: ServedResource, stored: StoredObject): JsonObject {
  const object = resource.fromStorage ? resource.fromStorage(stored.decode()) : stored.object;
  const { apiVersion, kind } = resource;
  const json = { ...object, apiVersion, kind };
  // What is stored is JSON all through.
  return isJsonObject(json) ? json : {};
}
