/** Keeps a DaemonSet's ControllerRevisions. Mirrors kubernetes pkg/controller/daemon update.go: controlledHistories, constructHistory, cleanupHistory. */
import { matchesLabelSelector } from '../../api/label-selector.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Client, ResourceClient } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { ownerIndex } from '../../client/object-store.ts';
import { planClaims } from '../../controller/claim.ts';
import { adoptionPatch, controllerReference, releasePatch } from '../../controller/owner-reference.ts';
import { orphanIndex } from '../../controller/pod-observer.ts';
import type { Pod } from '../../controller/pod.ts';
import {
  createRevision,
  daemonSetRevisions,
  revisionHashLabel,
  sortedRevisions,
} from '../../controller/revision-history.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import { assertStillThere } from '../../controller/still-there.ts';
import { controllerRevisions, daemonSetKind, daemonSets, pods } from '../resources.ts';
import type { DaemonSet } from './daemon-set.ts';
import { planHistory, revisionHash, surplusHistory } from './history.ts';

type Revision = Readonly<KubeObject>;

export interface CurrentRevision {
  readonly hash: string;
  /** Those of other templates, oldest first. */
  readonly old: readonly Revision[];
  readonly collisions: number;
}

export class Revisions<S extends Side> {
  readonly #client: Client<S>;
  readonly #informer: Informer<S>;

  constructor(client: Client<S>, informer: Informer<S>) {
    this.#client = client;
    this.#informer = informer;
  }

  /**
   * Makes the template's revision the newest. Of several that keep the same template one stays, and the set's pods (`owned`) are then said to be of
   * it: `relabelled` hears of each.
   */
  async current(
    set: DaemonSet,
    owned: readonly Pod[],
    relabelled: (pod: KubeObject) => void,
  ): Promise<CurrentRevision> {
    const plan = planHistory(set.template, sortedRevisions(await this.#claimed(set)));
    const client = this.#of(set);
    const { collisionCount = 0 } = set.status;
    if (plan.current.kind === 'create') {
      const { number } = plan.current;
      const options = { template: set.template, number, collisions: collisionCount, naming: daemonSetRevisions };
      const { revision, collisions } = await createRevision(client, set, daemonSetKind, options);
      return { hash: revisionHash(revision), old: plan.old, collisions };
    }
    const hash = revisionHash(plan.current.revision);
    if (plan.duplicates.length > 0) {
      await this.#relabel(set, owned, hash, relabelled);
      for (const revision of plan.duplicates) await this.#delete(set, revision);
    }
    if (plan.current.kind === 'renumber') {
      const { revision, number } = plan.current;
      await client.update({ ...revision, revision: number });
    }
    return { hash, old: plan.old, collisions: collisionCount };
  }

  /** `owned`: all pods of the set, ended ones too. */
  async clean(set: DaemonSet, old: readonly Revision[], owned: readonly Pod[]): Promise<void> {
    const live = new Set(owned.map(({ metadata }) => metadata.labels?.[revisionHashLabel] ?? ''));
    for (const revision of surplusHistory(old, live, set.revisionHistoryLimit)) await this.#delete(set, revision);
  }

  async #claimed(set: DaemonSet): Promise<Revision[]> {
    const { uid = '', namespace = '' } = set.metadata;
    const matches = ({ metadata }: Revision): boolean => matchesLabelSelector(set.selector, metadata.labels);
    const listed = [...this.#informer.byIndex(ownerIndex, uid), ...this.#informer.byIndex(orphanIndex, namespace)];
    const { owned, adopt, release } = planClaims<Revision>(set, matches, listed);
    const client = this.#of(set);
    if (adopt.length > 0) await assertStillThere(this.#client.resource(daemonSets, namespace), set.object);
    const revisions: Revision[] = [...owned];
    for (const revision of adopt) {
      const patch = adoptionPatch(revision, controllerReference(set, daemonSetKind));
      revisions.push(await client.patch(revision.metadata.name ?? '', 'merge', patch));
    }
    for (const revision of release) {
      await unlessNotFound(client.patch(revision.metadata.name ?? '', 'merge', releasePatch(revision, uid)));
    }
    return Promise.all(revisions.map((revision) => this.#labelled(client, revision)));
  }

  /** One that somebody else made may lack the hash: its name is as good. */
  async #labelled(client: ResourceClient<S>, revision: Revision): Promise<Revision> {
    const { metadata } = revision;
    if (metadata.labels?.[revisionHashLabel] !== undefined) return revision;
    const labels = { ...metadata.labels, [revisionHashLabel]: metadata.name ?? '' };
    return client.update({ ...revision, metadata: { ...metadata, labels } });
  }

  async #relabel(
    set: DaemonSet,
    owned: readonly Pod[],
    hash: string,
    relabelled: (pod: KubeObject) => void,
  ): Promise<void> {
    const client = this.#client.resource(pods, set.metadata.namespace);
    const patch = { metadata: { labels: { [revisionHashLabel]: hash } } };
    for (const { metadata } of owned) {
      if (metadata.labels?.[revisionHashLabel] !== hash)
        relabelled(await client.patch(metadata.name ?? '', 'merge', patch));
    }
  }

  async #delete(set: DaemonSet, { metadata: { name = '', uid } }: Revision): Promise<void> {
    await unlessNotFound(this.#of(set).delete(name, uid === undefined ? {} : { preconditions: { uid } }));
  }

  #of(set: DaemonSet): ResourceClient<S> {
    return this.#client.resource(controllerRevisions, set.metadata.namespace);
  }
}
