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
import { revisionHash, sameTemplate, sortedJson, templateHash } from './template-hash.ts';

/** Of pods; and of a DaemonSet's revisions. */
export const revisionHashLabel = 'controller-revision-hash';

/** How an owner's revisions are called: by which hash, and the label that has it. */
export interface RevisionNaming {
  readonly label: string;
  hash(data: JsonObject, template: JsonObject, collisions: number): string;
}

/** Mirrors pkg/controller/history NewControllerRevision. */
export const statefulSetRevisions: RevisionNaming = {
  label: 'controller.kubernetes.io/hash',
  hash: (data, _template, collisions) => revisionHash(data, collisions),
};

/** Mirrors pkg/controller/daemon snapshot. */
export const daemonSetRevisions: RevisionNaming = {
  label: revisionHashLabel,
  hash: (_data, template, collisions) => templateHash(template, collisions === 0 ? undefined : collisions),
};

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

/** What a revision keeps of a template: a patch that brings it back. Clients compare it byte for byte. Mirrors getPatch of the controllers. */
export function revisionData(template: JsonObject): JsonObject {
  return sortedJson({ spec: { template: { ...template, $patch: 'replace' } } });
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

export interface NewRevision {
  readonly template: JsonObject;
  readonly number: number;
  /** How often a revision's name was another's before. */
  readonly collisions: number;
  readonly naming: RevisionNaming;
}

/** Makes the revision of a template, or finds it made. The new count of collisions comes back. Rejects as the client does. */
export async function createRevision<S extends Side>(
  client: ResourceClient<S>,
  owner: Owner,
  gvk: GroupVersionKind,
  wanted: NewRevision,
): Promise<{ readonly revision: Readonly<KubeObject>; readonly collisions: number }> {
  for (let { collisions } = wanted; ; collisions++) {
    const revision = newRevision(owner, gvk, { ...wanted, collisions });
    try {
      return { revision: await client.create(revision), collisions };
    } catch (error) {
      if (!isAlreadyExists(error) || collisions - wanted.collisions >= createTriesMax) throw error;
      const existing = await client.get(revision.metadata.name ?? '');
      if (equalJson(revisionTemplate(existing), wanted.template)) return { revision: existing, collisions };
    }
  }
}

function newRevision(
  owner: Owner,
  gvk: GroupVersionKind,
  { template, number, collisions, naming }: NewRevision,
): KubeObject {
  const data = revisionData(template);
  const hash = naming.hash(data, template, collisions);
  const { labels } = (objectAt(template, 'metadata') ?? {}) as { readonly labels?: Readonly<Record<string, string>> };
  const { annotations, namespace = '', name = '' } = owner.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, namePrefixMax)}-${hash}`,
      namespace,
      labels: { ...labels, [naming.label]: hash },
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
