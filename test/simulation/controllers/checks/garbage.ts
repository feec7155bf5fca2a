/** Owners and what they own: nothing goes that somebody still owns, nothing stays whose owners are gone; namespaces end empty. */
import type { KubeObject, OwnerReference } from '../../../../src/api/object.ts';
import type { Truth } from '../truth.ts';
import type { World } from '../world.ts';
import { isDeletion, textOf, type Check } from './check.ts';

/** Nobody but the collector deletes these. */
const onlyCollected = new Set(['configmaps']);
const kept = new Set(['events', 'leases']);

export const garbageCheck: Check = {
  onWrite(world, write) {
    const { truth } = world;
    const { plural, before, after, controller, request } = write;
    const wrong: string[] = [];
    if (plural === 'namespaces' && before && !after) {
      const left = truth.all().filter(({ metadata }) => metadata.namespace === before.metadata.name);
      wrong.push(...left.map((object) => `${textOf(before)} is gone, and ${textOf(object)} is still there`));
    }
    if (before && !after && isCollector(controller)) wrong.push(...leftBehind(world, before));
    if (!before || !isCollector(controller) || !onlyCollected.has(plural) || !isDeletion(write)) return wrong;
    const { namespace = '', name = '' } = before.metadata;
    const ending = truth.get('namespaces', '', namespace)?.metadata.deletionTimestamp !== undefined;
    if (ending || name === 'kube-root-ca.crt' || request?.path.endsWith(`/${name}`) !== true) return wrong;
    const references = before.metadata.ownerReferences ?? [];
    if (references.length === 0) wrong.push(`${textOf(before)}, which nobody owns, is collected`);
    const solid = references.filter((reference) => isSolid(truth, before, reference));
    wrong.push(...solid.map((owner) => `${textOf(before)} is collected, and ${owner.kind} ${owner.name} owns it`));
    return wrong;
  },
  whenQuiet({ truth }) {
    return truth.all().flatMap((object) => {
      if (kept.has(`${object.kind.toLowerCase()}s`)) return [];
      const wrong: string[] = [];
      const { deletionTimestamp, ownerReferences = [], finalizers = [] } = object.metadata;
      if (deletionTimestamp !== undefined && !isInUse(truth, object))
        wrong.push(`${textOf(object)} is never gone: ${finalizers.join()}`);
      const owned = ownerReferences.some(({ uid }) => truth.byUid(uid) !== undefined);
      if (ownerReferences.length > 0 && !owned) wrong.push(`${textOf(object)} is left, and its owners are gone`);
      return wrong;
    });
  },
};

function isCollector(controller: string | undefined): boolean {
  return controller === 'garbage-collector-controller';
}

/** Who is deleted in the foreground goes after what it owns, as far as the collector had been told of it. */
function leftBehind({ truth, machine }: World, owner: KubeObject): string[] {
  if (!owner.metadata.finalizers?.includes('foregroundDeletion')) return [];
  const { uid = '' } = owner.metadata;
  const left = truth
    .all()
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some((one) => one.uid === uid && one.blockOwnerDeletion === true),
    )
    .filter(({ kind, metadata: { namespace = '', name = '', uid: own } }) => {
      const plural = kind === 'Endpoints' ? 'endpoints' : `${kind.toLowerCase()}s`;
      const told = machine.views.told('garbagecollector', uid, `${plural} (metadata)`);
      const known = truth.versionsSince(plural, namespace, name, told);
      return known.every(
        (one) =>
          one?.metadata.uid === own &&
          one?.metadata.ownerReferences?.some((ref) => ref.uid === uid && ref.blockOwnerDeletion === true),
      );
    });
  return left.map((object) => `${textOf(owner)} is gone before ${textOf(object)}, which blocks it`);
}

/** A claim stays for as long as a pod has it. */
function isInUse(truth: Truth, { kind, metadata }: KubeObject): boolean {
  if (kind !== 'PersistentVolumeClaim') return false;
  const pods = truth.list('pods').filter((pod) => pod.metadata.namespace === metadata.namespace);
  return pods.some((pod) => JSON.stringify(pod['spec']).includes(`"claimName":"${metadata.name}"`));
}

/** The owner is there, and doesn't take what it owns along. */
function isSolid(truth: Truth, object: KubeObject, { uid }: OwnerReference): boolean {
  const owner = truth.byUid(uid);
  if (!owner || owner.metadata.namespace !== object.metadata.namespace) return false;
  return owner.metadata.deletionTimestamp === undefined || !owner.metadata.finalizers?.includes('foregroundDeletion');
}
