/** The part of a host pod's status that tells of containers, without those that the tenant didn't ask for. Pure. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { carriedBy } from './carried.ts';
import { containersOf, viewPod, type Container } from './pod-view.ts';

/** Whether a container of this name on the host is one that the tenant asked for. */
export type IsOwn = (name: string) => boolean;

/** Of a copy: what the host injected is not the tenant's, and neither is an ephemeral container that the host had first. */
function ownContainers(pod: On<'tenant', KubeObject>, copy: On<'host', KubeObject>): IsOwn {
  const { ephemeralContainers: _, ...fixed } = viewPod(pod).spec;
  const carried = carriedBy(copy).ephemeralContainers;
  const debuggers = (viewPod(pod).spec.ephemeralContainers ?? []).filter(({ name }) => carried.includes(name));
  const names = new Set([...containersOf({ ...fixed }), ...debuggers].map(({ name }) => name));
  return (name) => names.has(name);
}

const lists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

/** Changes in place: `status` is the caller's own copy of the host's. */
export function showOwnContainers(
  pod: On<'tenant', KubeObject>,
  copy: On<'host', KubeObject>,
  status: JsonObject,
): void {
  const isOwn = ownContainers(pod, copy);
  const wanted = new Map(containersOf(viewPod(pod).spec).map((container) => [container.name, container]));
  const onHost = new Map(containersOf(viewPod(copy).spec).map((container) => [container.name, container]));
  for (const list of lists) {
    const statuses = status[list];
    if (!Array.isArray(statuses)) continue;
    const own = statuses.filter((one): one is JsonObject => isJsonObject(one) && isOwn(textOf(one['name'])));
    for (const one of own) asWanted(one, wanted.get(textOf(one['name'])), onHost.get(textOf(one['name'])));
    // What is empty upstream leaves out.
    if (own.length > 0 || statuses.length === 0) status[list] = own;
    else delete status[list];
  }
  const { conditions } = status;
  if (!Array.isArray(conditions)) return;
  for (const condition of conditions) {
    if (isJsonObject(condition)) withoutInjected(condition, isOwn, new Set(onHost.keys()));
  }
}

/** An image that the host renamed is called as the tenant calls it; what the host mounted is its own affair. */
function asWanted(status: JsonObject, wanted: Container | undefined, onHost: Container | undefined): void {
  if (!wanted) return;
  if (onHost && onHost.image !== wanted.image) status['image'] = wanted.image;
  const mounts = status['volumeMounts'];
  if (!Array.isArray(mounts)) return;
  const paths = new Set(wanted.volumeMounts?.map(({ name, mountPath }) => `${name}:${mountPath}`));
  const own = mounts.filter(
    (mount) => isJsonObject(mount) && paths.has(`${textOf(mount['name'])}:${textOf(mount['mountPath'])}`),
  );
  if (own.length > 0) status['volumeMounts'] = own;
  else delete status['volumeMounts'];
}

/** Kubelets name the containers for which a pod waits. Mirrors kubelet status/generate.go. */
const waitedFor = /^(containers with (?:unready|incomplete|unknown) status: )\[([^\]]*)\]$/;

function withoutInjected(condition: JsonObject, isOwn: IsOwn, onHost: ReadonlySet<string>): void {
  const [, words, names] = waitedFor.exec(textOf(condition['message'])) ?? [];
  if (words === undefined || names === undefined) return;
  const all = names.split(' ');
  const own = all.filter((name) => isOwn(name) || !onHost.has(name));
  if (own.length === all.length) return;
  condition['message'] = own.length > 0 ? `${words}[${own.join(' ')}]` : 'containers of the host are not ready';
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
