/**
 * Subresources that are the object itself, seen through a keyhole: which part of it a write may change. Mirrors the strategies of
 * pods' ephemeral containers and resize, namespaces' finalize, and certificate signing requests' approval.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import { objectsAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';

export interface ObjectPart {
  readonly part: 'object' | 'status' | 'other';
  /** The object to be written, of what was sent and what is there. Both are the caller's own and may be used up. */
  take(sent: KubeObject, old: KubeObject | undefined): KubeObject;
}

const whole = (sent: KubeObject): KubeObject => sent;

/** What is written carries who manages it, whatever part of what was sent it took. May mutate. */
export function setManagedFields(object: KubeObject, managedFields: JsonObject[] | undefined): KubeObject {
  if (managedFields) object.metadata['managedFields'] = managedFields;
  else delete object.metadata['managedFields'];
  return object;
}

/** `subresource` is empty for the object itself. */
export function subresourcePart(subresource: string): ObjectPart {
  if (subresource === '') return { part: 'object', take: whole };
  // What a decision on a request for a certificate may change is its strategy's to say.
  if (subresource === 'status' || subresource === 'approval') return { part: 'status', take: whole };
  const take = takers[subresource];
  return take
    ? { part: 'other', take: (sent, old) => (old ? withVersionOf(sent, take(sent, old)) : sent) }
    : { part: 'status', take: whole };
}

const takers: Readonly<Record<string, (sent: KubeObject, old: KubeObject) => KubeObject>> = {
  finalize: (sent, old) => {
    const finalizers = objectAt(sent, 'spec')['finalizers'];
    return { ...old, spec: withField(objectAt(old, 'spec'), 'finalizers', finalizers), metadata: sent.metadata };
  },
  ephemeralcontainers: (sent, old) => {
    const containers = objectAt(sent, 'spec')['ephemeralContainers'];
    return { ...old, spec: withField(objectAt(old, 'spec'), 'ephemeralContainers', containers) };
  },
  resize: (sent, old) => {
    const [spec, wanted] = [objectAt(old, 'spec'), objectAt(sent, 'spec')];
    const lists = ['containers', 'initContainers'] as const;
    // Containers that are others are what validation is for.
    if (lists.some((list) => objectsAt(spec, list).length !== objectsAt(wanted, list).length)) return sent;
    const resized = lists.reduce((made, list) => withField(made, list, resizedContainers(spec, wanted, list)), spec);
    return { ...old, spec: withField(resized, 'resources', wanted['resources']) };
  },
};

function resizedContainers(spec: JsonObject, wanted: JsonObject, list: string): JsonValue | undefined {
  const now = objectsAt(wanted, list);
  const before = objectsAt(spec, list);
  if (now.length === 0) return spec[list];
  if (before.some(({ name }, index) => name !== now[index]?.['name'])) return now;
  return before.map((container, index) => {
    const { resources, resizePolicy } = now[index] ?? {};
    return withField(withField(container, 'resources', resources), 'resizePolicy', resizePolicy);
  });
}

/** Optimistic concurrency is the client's wish, whatever part it writes. */
function withVersionOf(sent: KubeObject, object: KubeObject): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata;
  const { resourceVersion } = sent.metadata;
  return { ...object, metadata: resourceVersion === undefined ? metadata : { ...metadata, resourceVersion } };
}

function objectAt(object: KubeObject, name: string): JsonObject {
  const value = object[name];
  // Metadata is never asked for.
  return isJsonObject(value) ? value : {};
}

function withField(object: JsonObject, name: string, value: JsonValue | undefined): JsonObject {
  const { [name]: _, ...rest } = object;
  return value === undefined ? rest : { ...rest, [name]: value };
}
