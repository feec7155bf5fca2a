/**
 * The templates that a StatefulSet or DaemonSet has had, as ControllerRevisions. Mirrors kubernetes pkg/controller/history, with
 * templates compared by their meaning instead of their bytes.
 */
import { equalJson, type JsonObject } from '../api/json.ts';
import { objectAt } from '../api/json-fields.ts';
import type { KubeObject } from '../api/object.ts';
import type { GroupVersionKind } from '../api/gvk.ts';
import type { Side } from '../api/side.ts';
import type { ResourceClient } from '../client/client.ts';
import { controllerReference } from './owner-reference.ts';
import { isAlreadyExists } from './status-cause.ts';
import { revisionHash, sameTemplate } from './template-hash.ts';

/** Of revisions, and of the pods that are made from them. */
export const revisionHashLabel = 'controller-revision-hash';

/** What becomes of the history when the owner has this template. */
export type RevisionPlan =
  | { readonly kind: 'current'; readonly revision: Readonly<KubeObject> }
  /** An earlier template is back: its revision becomes the newest. */
  | { readonly kind: 'renumber'; readonly revision: Readonly<KubeObject>; readonly number: number }
  | { readonly kind: 'create'; readonly number: number };

interface Owner {
  readonly metadata: KubeObject['metadata'];
}

const namePrefixMax = 223;
/** Another template's revision may have the name. */
const createTriesMax = 100;

/** Oldest first. */
export function sortedRevisions(revisions: readonly Readonly<KubeObject>[]): readonly Readonly<KubeObject>[] {
  return revisions.toSorted(
    (left, right) =>
      revisionNumber(left) - revisionNumber(right) ||
      compare(left.metadata.creationTimestamp ?? '', right.metadata.creationTimestamp ?? '') ||
      compare(left.metadata.name ?? '', right.metadata.name ?? ''),
  );
}

function revisionNumber(revision: Readonly<KubeObject>): number {
  return Number(revision['revision'] ?? 0);
}

/** The template that a revision keeps. */
export function revisionTemplate(revision: Readonly<KubeObject>): JsonObject {
  // An object of the API is JSON all through.
  const data = objectAt(revision as unknown as JsonObject, 'data');
  const template = objectAt(objectAt(data, 'spec'), 'template');
  const { $patch: _directive, ...rest } = template ?? {};
  return rest;
}

/** `revisions`: sorted. Pure. */
export function planRevision(template: JsonObject, revisions: readonly Readonly<KubeObject>[]): RevisionPlan {
  const newest = revisions.at(-1);
  const number = newest ? revisionNumber(newest) + 1 : 1;
  const equal = revisions.findLast((revision) => sameTemplate(revisionTemplate(revision), template));
  if (!equal) return { kind: 'create', number };
  return equal === newest ? { kind: 'current', revision: equal } : { kind: 'renumber', revision: equal, number };
}

/** Those that are too many: the oldest that nothing uses. `revisions`: sorted. Pure. */
export function surplusRevisions(
  revisions: readonly Readonly<KubeObject>[],
  live: ReadonlySet<string>,
  limit: number,
): readonly Readonly<KubeObject>[] {
  const unused = revisions.filter(({ metadata }) => !live.has(metadata.name ?? ''));
  return unused.slice(0, Math.max(0, unused.length - limit));
}

/**
 * Makes the revision of a template. `collisions`: how often its name was another's before; the new count comes back. Rejects as the
 * client does.
 */
export async function createRevision<S extends Side>(
  client: ResourceClient<S>,
  owner: Owner,
  gvk: GroupVersionKind,
  {
    template,
    number,
    collisions,
  }: { readonly template: JsonObject; readonly number: number; readonly collisions: number },
): Promise<{ readonly revision: Readonly<KubeObject>; readonly collisions: number }> {
  for (let tries = 0; ; tries++) {
    const revision = newRevision(owner, gvk, template, number, collisions + tries);
    try {
      return { revision: await client.create(revision), collisions: collisions + tries };
    } catch (error) {
      if (!isAlreadyExists(error) || tries >= createTriesMax) throw error;
      const existing = await client.get(revision.metadata.name ?? '');
      if (equalJson(revisionTemplate(existing), template))
        return { revision: existing, collisions: collisions + tries };
    }
  }
}

function newRevision(
  owner: Owner,
  gvk: GroupVersionKind,
  template: JsonObject,
  number: number,
  probe: number,
): KubeObject {
  const data = { spec: { template: { ...template, $patch: 'replace' } } };
  const hash = revisionHash(data, probe);
  const { labels } = (objectAt(template, 'metadata') ?? {}) as { readonly labels?: Readonly<Record<string, string>> };
  const { annotations, namespace = '', name = '' } = owner.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, namePrefixMax)}-${hash}`,
      namespace,
      labels: { ...labels, [revisionHashLabel]: hash },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(owner, gvk)],
    },
    data,
    revision: number,
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
