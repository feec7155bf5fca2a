/**
 * What the store really holds, and held: every write with who made it, and for each object its versions, so that what a controller did can be judged
 * by what it had been told when it decided.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApiRequest, Exchange } from '../../../src/api/exchange.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import type { Store } from '../../../src/storage/store.ts';
import { objectOf } from '../stored-objects.ts';

export type Actor = 'controllers' | 'user' | 'kubelet' | 'nobody';

export interface TruthWrite {
  readonly actor: Actor;
  /** Of the actor `controllers`: which. */
  readonly controller: string | undefined;
  /** What was asked for, when anything was. */
  readonly request: ApiRequest | undefined;
  /** `pods`. */
  readonly plural: string;
  readonly key: string;
  readonly revision: number;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

interface Version {
  readonly revision: number;
  readonly object: KubeObject | undefined;
}

interface Asking {
  readonly actor: Actor;
  readonly controller: string | undefined;
  readonly request: ApiRequest;
}

const asking = new AsyncLocalStorage<Asking>();
const versionsMax = 400;
const openingBrace = '{'.charCodeAt(0);

export class Truth {
  readonly #kinds = new Map<string, Map<string, KubeObject>>();
  readonly #versions = new Map<string, Version[]>();
  readonly #byUid = new Map<string, KubeObject>();
  readonly #deletions: TruthWrite[] = [];
  readonly #touched = new Set<string>();
  /** By UID: when it was made. */
  readonly #made = new Map<string, number>();
  readonly #elapsed: () => number;
  readonly #observers: ((write: TruthWrite) => void)[] = [];
  /** Writes so far, Events and leases not counted. */
  writes = 0;

  /** `elapsed`: milliseconds of the simulation, which don't jump. */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  /** Called after each write, in the order of writes. */
  observe(observer: (write: TruthWrite) => void): void {
    this.#observers.push(observer);
  }

  list(plural: string): KubeObject[] {
    return [...(this.#kinds.get(plural)?.values() ?? [])];
  }

  all(): KubeObject[] {
    return [...this.#kinds.values()].flatMap((kind) => [...kind.values()]);
  }

  get(plural: string, namespace: string, name: string): KubeObject | undefined {
    return this.#kinds.get(plural)?.get(keyOf(plural, namespace, name));
  }

  byUid(uid: string): KubeObject | undefined {
    return this.#byUid.get(uid);
  }

  /** For how long it has been there, in milliseconds. */
  age({ metadata: { uid = '' } }: KubeObject): number {
    return this.#elapsed() - (this.#made.get(uid) ?? 0);
  }

  /** A user has written it, whatever. */
  touchedByUser(uid: string): boolean {
    return this.#touched.has(uid);
  }

  /** As it was at `revision`, and all that it has been since. */
  versionsSince(plural: string, namespace: string, name: string, revision: number): (KubeObject | undefined)[] {
    const versions = this.#versions.get(keyOf(plural, namespace, name)) ?? [];
    const first = versions.findLastIndex((version) => version.revision <= revision);
    const since = versions.slice(Math.max(0, first)).map(({ object }) => object);
    return first < 0 && versions.length < versionsMax ? [undefined, ...since] : since;
  }

  /** Names of what was deleted after `revision`, but by `controller`. */
  deletedByOthers(plural: string, namespace: string, revision: number, controller: string): string[] {
    return this.#deletions
      .filter((one) => one.plural === plural && one.revision > revision && one.controller !== controller)
      .flatMap(({ before }) => (before?.metadata.namespace === namespace ? (before.metadata.name ?? []) : []));
  }

  /** How many objects of a namespace are gone that were there at `revision` or since. */
  goneSince(plural: string, namespace: string, revision: number): number {
    const prefix = keyOf(plural, namespace, '');
    let gone = 0;
    for (const [key, versions] of this.#versions) {
      const last = versions.at(-1);
      if (key.startsWith(prefix) && last && !last.object && last.revision > revision) gone++;
    }
    return gone;
  }

  /** Whose requests go through it is known for each write. */
  as(actor: Actor, exchange: Exchange, controller?: string): Exchange {
    return (request) => asking.run({ actor, controller, request }, () => exchange(request));
  }

  /** The store, with each of its writes seen. */
  observed(store: Store): Store {
    return {
      revision: () => store.revision(),
      get: (key) => store.get(key),
      list: (range) => store.list(range),
      watch: (options) => store.watch(options),
      compact: (revision) => store.compact(revision),
      close: () => store.close(),
      write: async (write) => {
        const written = await store.write(write);
        // Not all that is kept is an object.
        if (written.ok && (write.value === undefined || write.value[0] === openingBrace))
          this.#wrote(write.key, write.value, written.revision);
        return written;
      },
    };
  }

  #wrote(key: string, value: Uint8Array | undefined, revision: number): void {
    const plural = pluralOf(key);
    const kind = this.#kinds.get(plural) ?? new Map<string, KubeObject>();
    this.#kinds.set(plural, kind);
    const before = kind.get(key);
    const after = value === undefined ? undefined : objectOf(value, revision);
    if (before) this.#byUid.delete(before.metadata.uid ?? '');
    if (after) {
      if (!before) this.#made.set(after.metadata.uid ?? '', this.#elapsed());
      kind.set(key, after);
      this.#byUid.set(after.metadata.uid ?? '', after);
    } else kind.delete(key);
    if (plural !== 'events' && plural !== 'leases') {
      this.writes++;
      const versions = this.#versions.get(key) ?? [];
      this.#versions.set(key, versions);
      versions.push({ revision, object: after });
      if (versions.length > versionsMax) versions.shift();
    }
    const { actor = 'nobody', controller, request } = asking.getStore() ?? {};
    if (actor === 'user') this.#touched.add((after ?? before)?.metadata.uid ?? '');
    const write = { actor, controller, request, plural, key, revision, before, after };
    const isGoing = !after || after.metadata.deletionTimestamp !== undefined;
    if (before && before.metadata.deletionTimestamp === undefined && isGoing) this.#deletions.push(write);
    for (const observer of this.#observers) observer(write);
  }
}

/** Where a kind isn't kept under its plural. */
const folders: Readonly<Record<string, string>> = {
  services: 'services/specs',
  endpoints: 'services/endpoints',
  replicationcontrollers: 'controllers',
  nodes: 'minions',
};
const plurals = new Map(Object.entries(folders).map(([plural, folder]) => [folder, plural]));

function keyOf(plural: string, namespace: string, name: string): string {
  return `/registry/${folders[plural] ?? plural}/${namespace === '' ? '' : `${namespace}/`}${name}`;
}

function pluralOf(key: string): string {
  const [, , first = '', second = ''] = key.split('/');
  return plurals.get(first) ?? plurals.get(`${first}/${second}`) ?? first;
}
