/**
 * Claims of devices: made from templates for pods that want them, named in the pods' status, and given back when pods have ended. Which devices they
 * get is the scheduler's to say. Mirrors kubernetes pkg/controller/resourceclaim, v1.36, without groups of pods (DRAWorkloadResourceClaims is off
 * by default).
 */
import { objectKey, splitKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done, type Result } from '../../controller/controller.ts';
import type { RecordEvent } from '../../controller/event-recorder.ts';
import { ownerIndex } from '../../client/object-store.ts';
import { unlessNotFound } from '../../controller/status-cause.ts';
import type { BuiltinController, ControllerContext } from '../builtin-controller.ts';
import { pods, resourceClaims, resourceClaimTemplates } from '../resources.ts';
import { claimFromTemplate, isMadeFor } from './claim-from-template.ts';
import { claimsToRelease, isToBeReserved, needsWork } from './pod-work.ts';
import { isOfPod, planRelease, withReservations } from './release-plan.ts';
import {
  asClaimingPod,
  asClaimTemplate,
  asResourceClaim,
  claimFinalizer,
  claimKeysOf,
  claimNameOf,
  foreignClaim,
  isPodDone,
  podClaimAnnotation,
  podClaimsOf,
  type ClaimingPod,
  type ClaimStatus,
  type PodClaim,
  type Reservation,
} from './resource-claim.ts';

const fieldManager = 'ResourceClaimController';
const claimIndex = 'resource claim';
const templateIndex = 'resource claim template';
const podPrefix = 'pod:';
const claimPrefix = 'claim:';

export const resourceClaimController: BuiltinController = {
  name: 'resourceclaim-controller',
  create: (context) => new ResourceClaimController(context).controller,
};

class ResourceClaimController<S extends Side> {
  readonly controller: Controller;
  readonly #context: ControllerContext<S>;
  readonly #record: RecordEvent;
  readonly #pods: Informer<S>;
  readonly #claims: Informer<S>;
  readonly #templates: Informer<S>;
  /** What has been created and not been seen yet: pod's UID and claim's name. */
  readonly #unseen = new Set<string>();

  constructor(context: ControllerContext<S>) {
    const { informers, events, clock, logger, metrics } = context;
    this.#context = context;
    this.#record = events.for('resource_claim');
    this.#pods = informers.informer({ gvr: pods });
    this.#claims = informers.informer({ gvr: resourceClaims });
    this.#templates = informers.informer({ gvr: resourceClaimTemplates });
    this.controller = new Controller({
      name: 'resource-claim',
      clock,
      logger,
      ...(metrics ? { metrics } : {}),
      reconcile: (key) =>
        key.startsWith(podPrefix)
          ? this.#syncPod(key.slice(podPrefix.length))
          : this.#syncClaim(key.slice(claimPrefix.length)),
    });
    this.#observe();
  }

  #observe(): void {
    this.#pods.addIndex(claimIndex, (pod) => claimKeysOf(asClaimingPod(pod)));
    this.#pods.addIndex(templateIndex, (pod) => templateKeysOf(asClaimingPod(pod)));
    this.#pods.addHandler({
      onAdd: (pod) => this.#lookAtPod(pod, false),
      onUpdate: (_old, pod) => this.#lookAtPod(pod, false),
      onDelete: (pod) => this.#lookAtPod(pod, true),
    });
    const claimChanged = (claim: Readonly<KubeObject>): void => {
      const { annotations } = claim.metadata;
      for (const { uid } of claim.metadata.ownerReferences ?? [])
        this.#unseen.delete(unseenKey(uid, annotations?.[podClaimAnnotation] ?? ''));
      for (const pod of this.#pods.byIndex(claimIndex, objectKey(claim))) this.#lookAtPod(pod, false);
    };
    const claimThere = (claim: Readonly<KubeObject>): void => {
      if (mayHaveToBeReleased(claim)) this.controller.queue.add(claimPrefix + objectKey(claim));
      claimChanged(claim);
    };
    this.#claims.addHandler({
      onAdd: claimThere,
      onUpdate: (_old, claim) => claimThere(claim),
      onDelete: claimChanged,
    });
    const templateThere = (template: Readonly<KubeObject>): void => {
      for (const pod of this.#pods.byIndex(templateIndex, objectKey(template))) this.#lookAtPod(pod, false);
    };
    this.#templates.addHandler({ onAdd: templateThere, onUpdate: (_old, template) => templateThere(template) });
  }

  #lookAtPod(object: Readonly<KubeObject>, deleted: boolean): void {
    const pod = asClaimingPod(object);
    if (podClaimsOf(pod).length === 0 && !pod.status?.extendedResourceClaimStatus) return;
    const { namespace = '', uid = '' } = object.metadata;
    if (deleted) for (const { name } of podClaimsOf(pod)) this.#unseen.delete(unseenKey(uid, name));
    for (const claim of claimsToRelease(pod, deleted)) this.controller.queue.add(`${claimPrefix}${namespace}/${claim}`);
    if (!deleted && needsWork(pod, (name) => this.#claimNamed(namespace, name)))
      this.controller.queue.add(podPrefix + objectKey(object));
  }

  #claimNamed(namespace: string, name: string) {
    const found = this.#claims.get(`${namespace}/${name}`);
    return found && asResourceClaim(found);
  }

  async #syncPod(key: string): Promise<Result> {
    const object = this.#pods.get(key);
    if (!object || object.metadata.deletionTimestamp !== undefined) return done;
    const pod = asClaimingPod(object);
    if (isPodDone(pod)) return done;
    const statuses: ClaimStatus[] = [];
    let changed = false;
    for (const podClaim of podClaimsOf(pod)) {
      try {
        const status = await this.#ensureClaim(pod, podClaim);
        if (status) statuses.push(status);
        const known = pod.status?.resourceClaimStatuses?.find(({ name }) => name === podClaim.name);
        changed ||= status?.resourceClaimName !== known?.resourceClaimName;
      } catch (error) {
        if (error instanceof Error)
          this.#record(
            object,
            'Warning',
            'FailedResourceClaimCreation',
            `PodResourceClaim ${podClaim.name}: ${error.message}`,
          );
        throw error;
      }
    }
    if (changed) await this.#writeStatuses(key, pod, statuses);
    if (!pod.spec.nodeName) return done;
    return this.#reserveClaims(pod);
  }

  /** What the pod's status has to say of its claim, which is there afterwards. `undefined`: nothing. */
  async #ensureClaim(pod: ClaimingPod, podClaim: PodClaim): Promise<ClaimStatus | undefined> {
    const { namespace = '', name = '' } = pod.metadata;
    const named = claimNameOf(pod, podClaim);
    if (named.kind === 'unknown')
      throw new Error(
        `checking for claim before creating it: pod "${namespace}/${name}", spec.resourceClaim "${podClaim.name}": none of the supported fields are set`,
      );
    if (named.kind === 'not-needed') return { name: podClaim.name };
    const { resourceClaimTemplateName } = podClaim;
    if (resourceClaimTemplateName === undefined) return undefined;
    if (named.kind === 'named') {
      const claim = this.#claimNamed(namespace, named.name);
      // One that was deleted, or isn't the pod's any more, is made again.
      if (claim && foreignClaim(pod, claim) === undefined)
        return { name: podClaim.name, resourceClaimName: named.name };
    }
    const present = await this.#findClaim(pod, podClaim);
    const claim = present ?? (await this.#createClaim(pod, podClaim, resourceClaimTemplateName));
    return { name: podClaim.name, resourceClaimName: claim.metadata.name ?? '' };
  }

  /** One that was made for it, though the pod's status could not be written. */
  async #findClaim(pod: ClaimingPod, podClaim: PodClaim): Promise<Readonly<KubeObject> | undefined> {
    const { namespace, uid = '' } = pod.metadata;
    const isIts = (claim: Readonly<KubeObject>): boolean => isMadeFor(pod, podClaim, asResourceClaim(claim));
    const seen = this.#claims.byIndex(ownerIndex, uid).find(isIts);
    if (seen || !this.#unseen.has(unseenKey(uid, podClaim.name))) return seen;
    const { items } = await this.#context.client.resource(resourceClaims, namespace).list();
    return items.find(isIts);
  }

  async #createClaim(pod: ClaimingPod, podClaim: PodClaim, templateName: string): Promise<KubeObject> {
    const { namespace = '', uid = '' } = pod.metadata;
    const template = this.#templates.get(`${namespace}/${templateName}`);
    if (!template)
      throw new Error(
        `resource claim template "${templateName}": resourceclaimtemplate.resource.k8s.io "${templateName}" not found`,
      );
    this.#unseen.add(unseenKey(uid, podClaim.name));
    try {
      const claim = claimFromTemplate(pod, podClaim, asClaimTemplate(template));
      return await this.#context.client.resource(resourceClaims, namespace).create(claim);
    } catch (error) {
      // Upstream's text has the name here that it has not got yet.
      throw error instanceof Error ? new Error(`create ResourceClaim : ${error.message}`, { cause: error }) : error;
    }
  }

  async #writeStatuses(key: string, { metadata }: ClaimingPod, statuses: readonly ClaimStatus[]): Promise<void> {
    const { namespace, name } = splitKey(key);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, uid: metadata.uid },
      status: { resourceClaimStatuses: statuses },
    };
    const options = { subresource: 'status', fieldManager, force: true };
    await this.#context.client.resource(pods, namespace).patch(name, 'apply', pod, options);
  }

  async #reserveClaims(pod: ClaimingPod): Promise<Result> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    for (const podClaim of podClaimsOf(pod)) {
      const named = claimNameOf(pod, podClaim);
      if (named.kind !== 'named') continue;
      const claim = this.#claims.get(`${namespace}/${named.name}`);
      if (!claim) return done;
      const view = asResourceClaim(claim);
      if ((named.generated && foreignClaim(pod, view) !== undefined) || !isToBeReserved(pod, view)) continue;
      const reservations = [...(view.status?.reservedFor ?? []), { resource: 'pods', name, uid }];
      await this.#context.client
        .resource(resourceClaims, namespace)
        .updateStatus(withReservations(claim, reservations));
    }
    return done;
  }

  async #syncClaim(key: string): Promise<Result> {
    const claim = this.#claims.get(key);
    if (!claim) return done;
    const { namespace, name } = splitKey(key);
    const resource = this.#context.client.resource(resourceClaims, namespace);
    const remaining = await this.#remainingReservations(namespace ?? '', claim);
    const plan = planRelease(claim, remaining, (pod) => this.#podNamed(namespace ?? '', pod));
    let current: KubeObject = claim;
    if (plan.status) current = await resource.updateStatus(plan.status);
    if (plan.dropFinalizer) {
      const finalizers = (current.metadata.finalizers ?? []).filter((finalizer) => finalizer !== claimFinalizer);
      await resource.update({ ...current, metadata: { ...current.metadata, finalizers } });
    }
    if (plan.remove) await unlessNotFound(resource.delete(name, { preconditions: { uid: claim.metadata.uid ?? '' } }));
    return done;
  }

  async #remainingReservations(namespace: string, claim: Readonly<KubeObject>): Promise<readonly Reservation[]> {
    const remaining: Reservation[] = [];
    for (const reservation of asResourceClaim(claim).status?.reservedFor ?? [])
      if (!isOfPod(reservation) || (await this.#isReservedStill(namespace, reservation))) remaining.push(reservation);
    return remaining;
  }

  async #isReservedStill(namespace: string, { name, uid }: Reservation): Promise<boolean> {
    const known = this.#podNamed(namespace, name);
    if (known) return known.metadata.uid === uid && !isPodDone(known);
    // It may be just being scheduled: only the API server knows for certain.
    const found = await unlessNotFound(
      this.#context.client.resource(pods, namespace).get(name, { metadataOnly: true }),
    );
    return found?.metadata.uid === uid;
  }

  #podNamed(namespace: string, name: string): ClaimingPod | undefined {
    const pod = this.#pods.get(`${namespace}/${name}`);
    return pod && asClaimingPod(pod);
  }
}

function templateKeysOf(pod: ClaimingPod): readonly string[] {
  const { namespace = '' } = pod.metadata;
  const names = podClaimsOf(pod).flatMap(({ resourceClaimTemplateName }) => resourceClaimTemplateName ?? []);
  return [...new Set(names)].map((name) => `${namespace}/${name}`);
}

function unseenKey(podUid: string, podClaim: string): string {
  return `${podUid}/${podClaim}`;
}

/** A claim of nobody's needs no look: neither reserved, nor held, nor made for a pod. */
function mayHaveToBeReleased(claim: Readonly<KubeObject>): boolean {
  const { reservedFor = [] } = asResourceClaim(claim).status ?? {};
  const { finalizers = [], ownerReferences = [] } = claim.metadata;
  return reservedFor.length > 0 || finalizers.includes(claimFinalizer) || ownerReferences.length > 0;
}
