/** Keeps a {@link Directory} equal to the host: its tenants' copies, and those few of the host's own services that the operator lets be seen. */
import type { KubeObject } from '../../api/object.ts';
import type { GroupVersionResource } from '../../api/gvk.ts';
import type { On } from '../../api/side.ts';
import type { Client, ResourceClient } from '../../client/client.ts';
import { runReflector } from '../../client/reflector.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { Service } from '../../lib/service.ts';
import { tenantLabel } from '../../translate/marks.ts';
import { keyOf, type Directory, type DirectoryKind } from './directory.ts';

export interface HostFeedOptions {
  readonly host: Client<'host'>;
  readonly directory: Directory;
  /** Keys of the host's own services, `namespace/name`. */
  readonly visibleServices: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const resources: Readonly<Record<DirectoryKind, GroupVersionResource>> = {
  pods: { group: '', version: 'v1', resource: 'pods' },
  services: { group: '', version: 'v1', resource: 'services' },
  endpointslices: { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' },
};

/** One thing that is followed. */
interface Followed {
  readonly kind: DirectoryKind;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly isHosts: boolean;
}

export class HostFeed implements Service {
  readonly name = 'host feed';
  readonly #options: HostFeedOptions;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #waiting = new Set<Followed>();
  readonly #synced = Promise.withResolvers<void>();

  constructor(options: HostFeedOptions) {
    this.#options = options;
    for (const followed of followedBy(options.visibleServices)) this.#waiting.add(followed);
  }

  /** Whether everything has been read once: before, nobody can be told that something is not there. */
  get hasSynced(): boolean {
    return this.#waiting.size === 0;
  }

  /** Resolves when everything has been read once; never, when that never comes. */
  get whenSynced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Begins to read; doesn't wait for it. */
  start(): Promise<void> {
    for (const followed of this.#waiting) this.#running.push(this.#follow(followed));
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
  }

  #follow(followed: Followed): Promise<void> {
    const { host, directory, clock, random, logger } = this.#options;
    const { kind, namespace, isHosts, ...selectors } = followed;
    // Only what this one has put is its own to take away.
    const own = new Set<string>();
    const put = (object: KubeObject): void => {
      own.add(keyOf(object, isHosts));
      directory.put(kind, object, isHosts);
    };
    const remove = (key: string): void => {
      own.delete(key);
      directory.remove(kind, key);
    };
    const sink = {
      replace: (objects: readonly On<'host', KubeObject>[]) => {
        const gone = new Set(own);
        for (const object of objects) {
          gone.delete(keyOf(object, isHosts));
          put(object);
        }
        for (const key of gone) remove(key);
        this.#waiting.delete(followed);
        if (this.hasSynced) this.#synced.resolve();
      },
      apply: (type: string, object: On<'host', KubeObject>) => {
        if (type === 'DELETED') remove(keyOf(object, isHosts));
        else put(object);
      },
    };
    const resource = withoutBulk(host.resource(resources[kind], namespace));
    const name = `${kind}${isHosts ? ' of the host' : ''}`;
    return runReflector<'host'>({ name, resource, sink, clock, random, logger, ...selectors }, this.#abort.signal);
  }
}

function followedBy(visible: readonly string[]): readonly Followed[] {
  const kinds: readonly DirectoryKind[] = ['pods', 'services', 'endpointslices'];
  return [
    ...kinds.map((kind) => ({ kind, labelSelector: tenantLabel, isHosts: false })),
    ...visible.flatMap((key): readonly Followed[] => {
      const [namespace = '', name = ''] = key.split('/');
      return [
        { kind: 'services', namespace, fieldSelector: `metadata.name=${name}`, isHosts: true },
        { kind: 'endpointslices', namespace, labelSelector: `kubernetes.io/service-name=${name}`, isHosts: true },
      ];
    }),
  ];
}

/** A reflector gathers a first list before it hands it on: what nobody looks at goes as it comes. */
function withoutBulk(resource: ResourceClient<'host'>): ResourceClient<'host'> {
  return {
    ...resource,
    list: async (options) => {
      const list = await resource.list(options);
      for (const item of list.items) dropBulk(item);
      return list;
    },
    watch: async function* (options) {
      for await (const event of resource.watch(options)) {
        if (event.type !== 'BOOKMARK') dropBulk(event.object);
        yield event;
      }
    },
  };
}

function dropBulk(object: KubeObject): void {
  delete object.metadata['managedFields'];
  if (object.kind !== 'Pod') return;
  object['spec'] = kept(object['spec'], ['hostNetwork']);
  object['status'] = kept(object['status'], ['phase', 'podIP', 'podIPs']);
}

function kept(value: KubeObject[string], fields: readonly string[]): KubeObject[string] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(fields.flatMap((field) => (value[field] === undefined ? [] : [[field, value[field]]])));
}
