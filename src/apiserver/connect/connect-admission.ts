/** What is asked before a connection is opened. Mirrors apiserver endpoints/handlers ConnectResource, v1.36. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { newBadRequest } from '../../api/status.ts';
import { kindOf } from '../admission/policy/match.ts';
import type { AdmissionAttributes } from '../admission/plugin.ts';
import type { VerbRequest } from '../verbs/verb.ts';

/**
 * Admission of a connection with these options; gives them as admission has left them. What is proxied has its own parameters in the query, which a
 * dry run isn't one of.
 * @throws StatusError
 */
export async function admitted(request: VerbRequest, options: JsonObject): Promise<JsonObject> {
  const { admission, resource, subresource, namespace, name, context } = request;
  if (context.query.getAll('dryRun').length > 0) throw newBadRequest('dryRun is not supported');
  const { kind } = kindOf(resource, subresource);
  const object = { kind, apiVersion: 'v1', ...options } as unknown as KubeObject;
  hideMetadata(object);
  const attributes: AdmissionAttributes = {
    operation: 'CONNECT',
    resource,
    subresource,
    namespace,
    name,
    object,
    old: undefined,
    user: context.user,
    dryRun: false,
    now: context.now,
    warnings: context.warnings,
  };
  await admission.mutate(attributes);
  hideMetadata(object);
  await admission.validate(attributes);
  const { kind: _kind, apiVersion: _apiVersion, metadata: _metadata, ...left } = object;
  return left as JsonObject;
}

/** A door: options are objects without metadata, and whoever looks at labels finds none. Nobody who is told of them sees it. */
function hideMetadata(object: KubeObject): void {
  Object.defineProperty(object, 'metadata', { value: {}, enumerable: false, configurable: true, writable: true });
}
