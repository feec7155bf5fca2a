/** Where a mirror loop finds the host's objects that belong to what the tenant sees: in no namespace, or in those that are mapped. */
import { objectKey, splitKey, type KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import type { Informer } from '../client/informer.ts';
import { noTenantsCopy } from '../translate/cluster-copies.ts';
import { hostKeyOf, parseMapping, tenantKeyOf, type NamespaceMapping } from '../translate/mirrors/mapping.ts';
import type { MirroredKind, MirrorSettings } from './mirrored-kind.ts';

/** Keys are the tenant's. */
export interface MirrorSource {
  readonly informers: readonly Informer<'host'>[];
  /** Nothing under another key is any business of the loop's. */
  covers(key: string): boolean;
  get(key: string): On<'host', KubeObject> | undefined;
  keys(): Iterable<string>;
  /** The tenant's namespace, and all keys in it. */
  keysIn(namespace: string): Iterable<string>;
  listen(add: (key: string) => void): void;
}

export function mirrorSource(
  { gvr, scope }: MirroredKind,
  { selector, mappings = [] }: MirrorSettings,
  hostInformers: InformerFactory<'host'>,
): MirrorSource {
  if (scope !== 'Namespaced') return clusterSource(hostInformers.informer({ gvr, labelSelector: hostsOwn(selector) }));
  return mappedSource(
    mappings.map((given) => {
      const mapping = parseMapping(given);
      const { from } = mapping;
      return {
        mapping,
        objects: hostInformers.informer({
          gvr,
          namespace: from.namespace,
          labelSelector: hostsOwn(mapping.selector),
          ...(from.name === undefined ? {} : { fieldSelector: `metadata.name=${from.name}` }),
        }),
      };
    }),
  );
}

/** What tenants have there is theirs. */
function hostsOwn(selector: string | undefined): string {
  return selector === undefined || selector === '' ? noTenantsCopy : `${selector},${noTenantsCopy}`;
}

function clusterSource(objects: Informer<'host'>): MirrorSource {
  return {
    informers: [objects],
    covers: () => true,
    get: (key) => objects.get(key),
    keys: () => objects.list().map((object) => objectKey(object)),
    keysIn: () => [],
    listen: (add) => listenTo(objects, (object) => add(objectKey(object))),
  };
}

interface Mapped {
  readonly mapping: NamespaceMapping;
  readonly objects: Informer<'host'>;
}

function mappedSource(mapped: readonly Mapped[]): MirrorSource {
  const seenAs = ({ mapping }: Mapped, { metadata }: Readonly<KubeObject>): string | undefined =>
    tenantKeyOf(mapping, metadata.namespace ?? '', metadata.name ?? '');
  const keys = function* (): Iterable<string> {
    for (const one of mapped)
      for (const object of one.objects.list()) {
        const key = seenAs(one, object);
        if (key !== undefined) yield key;
      }
  };
  const hostKeys = (key: string): readonly (readonly [Informer<'host'>, string])[] => {
    const { namespace = '', name } = splitKey(key);
    return mapped.flatMap(({ mapping, objects }) => {
      const hostKey = hostKeyOf(mapping, namespace, name);
      return hostKey === undefined ? [] : [[objects, hostKey] as const];
    });
  };
  return {
    informers: [...new Set(mapped.map(({ objects }) => objects))],
    covers: (key) => hostKeys(key).length > 0,
    get(key) {
      for (const [objects, hostKey] of hostKeys(key)) {
        const found = objects.get(hostKey);
        if (found) return found;
      }
      return undefined;
    },
    keys,
    *keysIn(namespace) {
      for (const key of keys()) if (key.startsWith(`${namespace}/`)) yield key;
    },
    listen(add) {
      for (const one of mapped)
        listenTo(one.objects, (object) => {
          const key = seenAs(one, object);
          if (key !== undefined) add(key);
        });
    },
  };
}

function listenTo(objects: Informer<'host'>, changed: (object: On<'host', KubeObject>) => void): void {
  objects.addHandler({ onAdd: changed, onUpdate: (_old, object) => changed(object), onDelete: changed });
}
