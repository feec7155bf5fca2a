/** GETs of metrics.k8s.io. */
import type { KubeObject } from '../../api/object.ts';
import { newNotFound } from '../../api/status.ts';
import { nodeUsage, podUsage, type UsageReader } from '../../api/usage.ts';
import { matchesSelection } from '../registry/selection.ts';
import { StoredObject } from '../registry/stored-object.ts';
import { listOptionsOf } from '../verbs/list.ts';
import type { SubresourceHandlers } from '../verbs/subresources.ts';
import { encoderOf, objectResponse, type VerbHandler, type VerbRequest } from '../verbs/verb.ts';

/** In place of the generic verbs. */
export function usageVerbs(reader: UsageReader): SubresourceHandlers {
  const verbsOf = (read: (request: VerbRequest) => Promise<readonly KubeObject[]>) => ({
    get: getVerb(read),
    list: listVerb(read),
  });
  return {
    [`${podUsage.group}/${podUsage.resource}`]: verbsOf(({ namespace, name }) =>
      name === '' ? reader.pods(namespace) : reader.pods(namespace, name),
    ),
    [`${nodeUsage.group}/${nodeUsage.resource}`]: verbsOf(() => reader.nodes()),
  };
}

function getVerb(read: (request: VerbRequest) => Promise<readonly KubeObject[]>): VerbHandler {
  return async (request) => {
    const encoder = encoderOf(request);
    const { name, namespace, resource } = request;
    const found = (await read(request)).find(({ metadata }) => metadata.name === name);
    // The metrics server names them so.
    if (!found) throw newNotFound(resource.gr, namespace === '' ? name : `${namespace}/${name}`);
    return objectResponse(encoder, 200, stored(found));
  };
}

function listVerb(read: (request: VerbRequest) => Promise<readonly KubeObject[]>): VerbHandler {
  return async (request) => {
    const encoder = encoderOf(request);
    const { selection } = listOptionsOf(request, false);
    const all = (await read(request)).toSorted(byPlace).map(stored);
    const items = all.filter((item) => matchesSelection(request.resource, selection, item));
    return { status: 200, headers: { 'content-type': encoder.contentType }, body: encoder.list({}, items) };
  };
}

function byPlace({ metadata: left }: KubeObject, { metadata: right }: KubeObject): number {
  return compare(left.namespace ?? '', right.namespace ?? '') || compare(left.name ?? '', right.name ?? '');
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function stored(object: KubeObject): StoredObject {
  return new StoredObject(Buffer.from(JSON.stringify(object)), 0);
}
