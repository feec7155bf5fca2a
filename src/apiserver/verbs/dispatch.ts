/**
 * Which code answers a resource request. Mirrors apiserver endpoints/installer registerResourceHandlers: what isn't registered there
 * is a 404 or a 405 here.
 */
import type { ApiResponse } from '../../api/exchange.ts';
import { goQuote } from '../../api/go-text.ts';
import { newBadRequest, newGenericServerResponse, newMethodNotSupported, newNotFound } from '../../api/status.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { VirtualResource } from '../registry/virtual-resource.ts';
import type { RequestContext } from '../request-context.ts';
import { createLegacyBinding } from './binding.ts';
import { createVerb } from './create.ts';
import { deprecationWarning } from './deprecations.ts';
import { deleteCollectionVerb } from './delete-collection.ts';
import { deleteVerb } from './delete.ts';
import { getVerb } from './get.ts';
import { listVerb } from './list.ts';
import type { Negotiation, ResourceHandler } from './resource-handler.ts';
import { reviewVerb } from './review.ts';
import { subresourceHandlers, type SubresourceHandlers } from './subresources.ts';
import { updateVerb } from './update.ts';
import { patchVerb } from './patch.ts';
import type { VerbHandler, VerbRequest, VerbServices } from './verb.ts';
import { createWatchVerb } from './watch.ts';

export interface DispatchOptions extends VerbServices {
  /** Resources that code answers. */
  readonly virtual?: readonly VirtualResource[];
  /** `group/resource/subresource` → handlers by verb (`connect` for all), in front of the built-in ones. */
  readonly subresources?: SubresourceHandlers;
  /** `group/resource` → handlers by verb, in place of the generic ones: what is not stored. */
  readonly own?: SubresourceHandlers;
}

const namedVerbs: ReadonlySet<string> = new Set(['get', 'update', 'patch', 'delete']);

/** The handler of all resource requests. */
export function createResourceHandler(options: DispatchOptions): ResourceHandler {
  const { store, resources, admission, writeChecks } = options;
  const subresources = { ...subresourceHandlers, ...options.subresources };
  const virtual = new Map((options.virtual ?? []).map((one) => [`${one.group}/${one.version}/${one.resource}`, one]));
  const verbs: Readonly<Record<string, VerbHandler>> = {
    get: getVerb,
    list: listVerb,
    watch: createWatchVerb(store),
    create: createVerb,
    update: updateVerb,
    patch: patchVerb,
    delete: deleteVerb,
    deletecollection: deleteCollectionVerb,
  };
  return async (context, negotiation) => {
    const { info } = context;
    const resource = resources.find(info.group, info.version, info.resource);
    if (!resource || info.verb === 'proxy' || !pathExists(resource, context)) return undefined;
    const deprecated = deprecationWarning(resource);
    const verb = info.verb === 'watch' ? 'list' : info.verb;
    const served = info.subresource !== '' || resource.verbs.some((one) => one === verb);
    if (deprecated !== undefined && served) context.warnings.push(deprecated);
    if (info.name.includes('%'))
      throw newBadRequest(`Name parameter invalid: ${goQuote(info.name)}: may not contain '%'`);
    const services = { store, resources, admission, ...(writeChecks ? { writeChecks } : {}) };
    const request = requestOf(services, context, negotiation, resource);
    await resource.begin?.(info.verb, context.warnings);
    const review = virtual.get(`${info.group}/${info.version}/${info.resource}`);
    if (review && info.subresource === '') return info.verb === 'create' ? reviewVerb(request, review) : notAllowed();
    if (info.subresource !== '') return handleSubresource(request, subresources, info.verb);
    const { group, resource: plural } = resource.gr;
    // A watch is a list with an option, to upstream's router.
    const unwatched = info.verb === 'watch' && !resource.verbs.includes('watch') && resource.verbs.includes('list');
    if (unwatched) throw newMethodNotSupported(resource.gr, 'watch');
    const handler = options.own?.[`${group}/${plural}`]?.[info.verb] ?? verbs[info.verb];
    if (!handler || !resource.verbs.some((verb) => verb === info.verb) || !fitsPath(resource, context)) {
      return notAllowed();
    }
    const isBinding = group === '' && plural === 'bindings';
    return isBinding ? createLegacyBinding(request) : handler(request);
  };
}

function requestOf(
  services: VerbServices,
  context: RequestContext,
  negotiation: Negotiation,
  resource: ServedResource,
): VerbRequest {
  const { namespace, name, subresource } = context.info;
  return {
    ...services,
    context,
    negotiation,
    resource,
    namespace: resource.namespaced ? namespace : '',
    name,
    subresource,
  };
}

async function handleSubresource(
  request: VerbRequest,
  handlers: SubresourceHandlers,
  verb: string,
): Promise<ApiResponse | undefined> {
  const { resource, subresource, name } = request;
  const facts = resource.subresources.find((one) => one.name === subresource);
  if (!facts && !resource.protobuf && name !== '') throw newNotFound(resource.gr, name);
  if (!facts || name === '') return undefined;
  const own = handlers[`${resource.gr.group}/${resource.gr.resource}/${subresource}`];
  const generic = handlers[`*/*/${subresource}`];
  const handler = own?.['connect'] ?? own?.[verb] ?? generic?.[verb];
  // To upstream's router a proxy takes methods that are no verbs, too.
  const known = facts.verbs.some((one) => one === verb) || (subresource === 'proxy' && own?.['connect'] !== undefined);
  if (!handler || !known) return notAllowed();
  return handler(request);
}

/** Whether a route of this form exists for the resource at all. */
function pathExists(resource: ServedResource, { info }: RequestContext): boolean {
  const { name, subresource, path } = info;
  if (name !== '' && subresource === '' && !resource.verbs.some((verb) => namedVerbs.has(verb))) return false;
  // Only what is passed on to someone else goes on below a subresource.
  if (subresource !== '' && subresource !== 'proxy' && !path.replace(/\/+$/, '').endsWith(`/${name}/${subresource}`))
    return false;
  const isNamespace = resource.gr.group === '' && resource.gr.resource === 'namespaces';
  if (!resource.namespaced) return info.namespace === '' || isNamespace;
  if (!resource.protobuf && info.namespace === '' && info.verb !== 'list' && info.verb !== 'watch') return false;
  // Watches of one object have their name in the path of a namespace too.
  return info.namespace !== '' || info.name === '' || info.verb === 'list' || info.verb === 'watch';
}

function fitsPath({ namespaced }: ServedResource, { info: { verb, name, namespace } }: RequestContext): boolean {
  if (verb === 'create' || verb === 'deletecollection') return name === '' && (!namespaced || namespace !== '');
  return verb === 'list' || verb === 'watch' || name !== '';
}

function notAllowed(): never {
  throw newGenericServerResponse({ code: 405 });
}
