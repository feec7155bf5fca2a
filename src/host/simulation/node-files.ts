/**
 * The files that simulated containers have written, in memory: in a pod's emptyDir, in a node's folders, in claims, and in a container's own layer. Each
 * is remembered with its times, since scripts are run through ahead of the clock. Nothing else of a file system is there but a few folders.
 */
import type { Container, PodView } from './pod-view.ts';
import type { Files } from './shell/files.ts';

interface Version {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly content: string | undefined;
}

export interface FilesOwner {
  readonly uid: string;
  readonly namespace: string;
  readonly node: string;
  readonly spec: PodView['spec'];
}

const storesMax = 2000;
const filesMax = 64;
const versionsMax = 8;
const contentMax = 4096;

const folders = new Set([
  '/',
  '/bin',
  '/dev',
  '/etc',
  '/home',
  '/mnt',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/srv',
  '/sys',
]);
for (const path of ['/tmp', '/usr', '/usr/bin', '/var', '/var/lib', '/var/log', '/var/run', '/var/tmp'])
  folders.add(path);
const given = new Set(['/dev/null', '/etc/hosts', '/etc/hostname', '/etc/passwd', '/etc/resolv.conf', '/bin/sh']);

/** Of such volumes any file is there; what is in it isn't known. */
const filledByHost = 'given';

export class NodeFiles {
  /** By where they are, then by path. The oldest go first when there are too many. */
  readonly #stores = new Map<string, Map<string, Version[]>>();

  /** What a container sees in its run number `run`. */
  of(owner: FilesOwner, container: Container, run: number): Files {
    const own = `pod/${owner.uid}/container/${container.name}/${run}`;
    const mounts = (container.volumeMounts ?? [])
      .map(({ name, mountPath, subPath = '' }) => ({
        path: mountPath.replace(/\/+$/, ''),
        store: volumeStore(owner, name),
        subPath,
      }))
      .toSorted((a, b) => b.path.length - a.path.length);
    const place = (path: string): { readonly store: string; readonly path: string } => {
      const absolute = path.startsWith('/') ? path : `/${path}`;
      const mount = mounts.find((one) => absolute.startsWith(`${one.path}/`));
      return mount
        ? { store: mount.store, path: `/${mount.subPath}${absolute.slice(mount.path.length)}` }
        : { store: own, path: absolute };
    };
    return {
      read: (path, at) => {
        const { store, path: inside } = place(path);
        if (store === filledByHost) return '';
        const version = this.#stores
          .get(store)
          ?.get(inside)
          ?.findLast((one) => one.at <= at);
        return version ? version.content : given.has(path) ? '' : undefined;
      },
      isFolder: (path) => {
        const plain = path.replace(/(.)\/+$/, '$1');
        return folders.has(plain) || mounts.some((mount) => mount.path === plain);
      },
      write: (path, content, at) => {
        const { store, path: inside } = place(path);
        if (store !== filledByHost && path !== '/dev/null') this.#write(store, inside, content, at);
      },
    };
  }

  /** The pod is gone, and what only it had. */
  forget(uid: string): void {
    for (const store of this.#stores.keys()) if (store.startsWith(`pod/${uid}/`)) this.#stores.delete(store);
  }

  /** What would not fit is dropped: a simulated disk that is full says nothing. */
  #write(store: string, path: string, content: string | undefined, at: number): void {
    const files = this.#stores.get(store) ?? new Map<string, Version[]>();
    const versions = files.get(path) ?? [];
    if ((versions.length === 0 && files.size >= filesMax) || versions.length >= versionsMax) return;
    versions.push({ at, content: content?.slice(0, contentMax) });
    // Runs beside each other write in any order.
    versions.sort((a, b) => a.at - b.at);
    files.set(path, versions);
    this.#stores.set(store, files);
    const [oldest] = this.#stores.keys();
    if (this.#stores.size > storesMax && oldest !== undefined) this.#stores.delete(oldest);
  }
}

function volumeStore({ uid, namespace, node, spec }: FilesOwner, name: string): string {
  const volume = spec.volumes?.find((one) => one.name === name);
  if (volume?.emptyDir || volume?.ephemeral) return `pod/${uid}/volume/${name}`;
  if (volume?.hostPath) return `node/${node}/${volume.hostPath.path}`;
  if (volume?.persistentVolumeClaim) return `claim/${namespace}/${volume.persistentVolumeClaim.claimName}`;
  return filledByHost;
}
