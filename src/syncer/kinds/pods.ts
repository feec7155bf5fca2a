/**
 * Pods: down goes the spec, back come the node, the status and the end. A pod lives once: when its copy has run and is gone, so is the
 * tenant's pod; it is never started a second time under one UID.
 */
import { equalJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ObjectRef, On } from '../../api/side.ts';
import { namesInPod, scrubber } from '../../translate/host-texts.ts';
import { originOf } from '../../translate/marks.ts';
import { takenByHost, withCarried } from '../../translate/pods/carried.ts';
import {
  asksForOtherNodes,
  sameChangeables,
  translatePod,
  updatedPodCopy,
  type PodContext,
  type TranslatedPod,
} from '../../translate/pods/pod.ts';
import type { Notice } from '../../translate/pods/in-cluster.ts';
import { refusalOf } from '../../translate/pods/pod-refusal.ts';
import { endedPodStatus, tenantPodStatus } from '../../translate/pods/pod-status.ts';
import { wasPutOnNode } from '../../translate/pods/pod-node.ts';
import { viewPod } from '../../translate/pods/pod-view.ts';
import { subresourcePatches } from '../../translate/pods/running-pod.ts';
import { holdsTokens, originOfTokenSecret, tokensDueAt, wantedTokens } from '../../translate/pods/tokens.ts';
import { uncarriedOf } from '../../translate/pods/uncarried.ts';
import { governPod, heldBack, type GovernedPod } from '../../translate/policy/governed-pod.ts';
import { notCarried, notStarted, refusedStatus } from '../../translate/policy/refused-status.ts';
import { nothingToDo, type Action, type Plan } from '../action.ts';
import { nameOf, refOf, refOfKey, uidOf } from '../../translate/identity.ts';
import { waitForApi } from '../in-cluster.ts';
import { shownWithinMs } from '../pod-copies.ts';
import { defineSyncedKind, type View } from '../synced-kind.ts';

const gvr = { group: '', version: 'v1', resource: 'pods' };
const secrets = { group: '', version: 'v1', resource: 'secrets' };

export const pods = defineSyncedKind({
  gvr,
  kind: 'Pod',
  hostVerbs: {
    '': ['get', 'list', 'watch', 'create', 'update', 'delete'],
    ephemeralcontainers: ['patch'],
    resize: ['patch'],
    status: ['patch'],
    log: ['get'],
    // A WebSocket is asked for by GET, and needs both.
    exec: ['get', 'create'],
    attach: ['get', 'create'],
    portforward: ['get', 'create'],
    // OPTIONS is asked for by no verb.
    proxy: ['get', 'create', 'update', 'patch', 'delete', ''],
  },
  plan: (key, { tenant, host, origin }, view) => {
    if (host && (!tenant || origin?.uid !== tenant.metadata.uid)) return { actions: [deletion(host)] };
    if (!tenant) return withoutTokens(key, view);
    if (!host) return planWithoutCopy(tenant, view);
    return planWithCopy(tenant, host, view);
  },
});

function planWithoutCopy(pod: On<'tenant', KubeObject>, view: View): Plan {
  const { spec } = viewPod(pod);
  const isOver =
    pod.metadata.deletionTimestamp !== undefined || hasRun(pod) || (view.hasEnded(uidOf(pod)) && !isFinished(pod));
  if (isOver) return isHeld(pod) ? planHeld(pod, view) : { actions: [endInTenant(pod, 0)] };
  if (isFinished(pod) || (spec.schedulingGates ?? []).length > 0) return withoutTokensOfBefore(pod, view);
  if (view.isOnItsWay(uidOf(pod))) return { actions: [], requeueAfterMs: shownWithinMs };
  const uncarried = uncarriedOf(spec);
  if (uncarried !== undefined) return { actions: [], refusal: uncarried };
  const waitMs = waitForApi(view.inCluster, pod, view.now);
  if (waitMs > 0) return { actions: [], requeueAfterMs: waitMs };
  const notices: Notice[] = [];
  const context = { ...view, tell: (notice: Notice): unknown => notices.push(notice) };
  const { translated, refusal } = governPod(view.isolation, pod, translatePod(context, pod));
  if (refusal !== undefined) return planRefused(pod, refusal, view);
  const tokens = freshTokens(pod, view, false);
  return { actions: [...tokens.actions, { type: 'create-host', gvr, object: translated.copy }], notices };
}

/** It is told once, and stands in the pod's status for as long as it holds. */
function planRefused(pod: On<'tenant', KubeObject>, refusal: string, view: View): Plan {
  const refused = refusedStatus(pod, refusal, view.now);
  if (refused === undefined) return nothingToDo;
  return { actions: [withTenantStatus(pod, refused)], notices: [notStarted(refusal)] };
}

/** It has been told to end at once, and waits for its finalizers: who holds it is told how it ended. */
function planHeld(pod: On<'tenant', KubeObject>, view: View): Plan {
  if (isFinished(pod) || !viewPod(pod).spec.nodeName) return nothingToDo;
  const copy = view.lastCopy(uidOf(pod));
  const shown = copy ? statusOf(pod, copy, view) : { ...viewPod(pod).status };
  return { actions: [withTenantStatus(pod, endedPodStatus(shown))] };
}

function planWithCopy(pod: On<'tenant', KubeObject>, copy: On<'host', KubeObject>, view: View): Plan {
  if (isSecondCopy(pod, copy, view)) return { actions: [deletion(copy), endInTenant(pod, 0)] };
  // What has ended in the tenant does not run on, whoever said so.
  if (isFinished(pod) && !isFinished(copy))
    return copy.metadata.deletionTimestamp === undefined ? { actions: [deletion(copy)] } : nothingToDo;
  const tokens = freshTokens(pod, view, true);
  const ending = planEnd(pod, copy);
  if (ending) return { ...tokens, actions: [ending, ...status(pod, copy, view)] };
  if (copy.metadata.deletionTimestamp === undefined) {
    const waits = !viewPod(copy).spec.nodeName;
    const wanted = governPod(view.isolation, pod, translatePod(contextOf(pod, waits, view), pod));
    const isToGo =
      asksForOtherNodes(copy, wanted.translated.copy) || (wanted.refusal !== undefined && !isFinished(copy));
    if (waits && isReplaceable(copy) && isToGo) return { actions: [replacement(copy)] };
    const { translated, told } = governChange(pod, copy, wanted, view);
    const updated = updatedPodCopy(copy, withCarried(pod, copy, translated.copy));
    if (updated !== copy)
      return { ...tokens, ...told, actions: [...tokens.actions, { type: 'update-host', gvr, object: updated }] };
    if (!isFinished(copy)) return { ...planRunning(pod, copy, { translated, tokens, view }), ...told };
  }
  return planBack(pod, copy, tokens, view);
}

/** What of a change the operator's policy lets through. */
function governChange(
  pod: On<'tenant', KubeObject>,
  copy: On<'host', KubeObject>,
  { translated, refusal, ephemeralRefusal }: GovernedPod,
  { isolation = {} }: View,
): { readonly translated: TranslatedPod; readonly told: Pick<Plan, 'notices'> } {
  const tell = (words: string | undefined): Pick<Plan, 'notices'> =>
    words === undefined || isFinished(copy) ? {} : { notices: [notCarried(words)] };
  if (refusal === undefined) return { translated, told: tell(ephemeralRefusal) };
  const held = heldBack(isolation, copy, translated);
  const isHeld = held.omits || changesPod(pod, copy, translated);
  return { translated: held, told: tell(isHeld ? refusal : undefined) };
}

/** Whether more than labels and annotations would change. */
function changesPod(pod: On<'tenant', KubeObject>, copy: On<'host', KubeObject>, wanted: TranslatedPod): boolean {
  if (!sameChangeables(copy, wanted.copy)) return true;
  const noted = withCarried(pod, copy, copy);
  return subresourcePatches(pod, noted, wanted).some(({ subresource }) => subresource !== 'status');
}

/** What a copy that is there can't be told any more is not made anew each time. */
function contextOf(pod: On<'tenant', KubeObject>, waits: boolean, view: View): PodContext {
  const mayTell = (viewPod(pod).spec.ephemeralContainers ?? []).length > 0;
  return {
    ...view,
    nodeTerms: waits ? view.nodeTerms : undefined,
    inCluster: mayTell ? view.inCluster : undefined,
  };
}

/** What comes back, and after it what a running copy gets by its subresources: that the host may refuse, but not what it tells. */
function planRunning(
  pod: On<'tenant', KubeObject>,
  copy: On<'host', KubeObject>,
  { translated, tokens, view }: { translated: TranslatedPod; tokens: Plan; view: View },
): Plan {
  const missing = subresourcePatches(pod, copy, translated);
  const back = planBack(
    pod,
    copy,
    tokens,
    view,
    missing.some(({ subresource }) => subresource !== 'status'),
  );
  const patches = missing.map((patch): Action => ({
    type: 'patch-host',
    gvr,
    name: nameOf(copy),
    uid: uidOf(copy),
    ...patch,
  }));
  const taken = takenByHost(pod, copy);
  const refusal = `the host has ephemeral containers of its own that are called ${taken.join(', ')}`;
  return { ...back, actions: [...back.actions, ...patches], ...(taken.length === 0 ? {} : { refusal }) };
}

/** `isAwaited`: the copy is not yet what the pod is now. */
function planBack(
  pod: On<'tenant', KubeObject>,
  copy: On<'host', KubeObject>,
  tokens: Plan,
  view: View,
  isAwaited = false,
): Plan {
  const refused = refusalOf(pod, copy);
  if (refused) return { actions: [withTenantStatus(pod, { ...statusOf(pod, copy, view), ...refused })] };
  const node = viewPod(copy).spec.nodeName;
  if (node && !viewPod(pod).spec.nodeName) {
    // The node is about to be shown, and that brings the next plan.
    if (!view.isShown(node)) return tokens;
    return {
      ...tokens,
      actions: [...tokens.actions, { type: 'bind-tenant-pod', ref: refOf(pod), uid: uidOf(pod), node }],
    };
  }
  return { ...tokens, actions: [...tokens.actions, ...status(pod, copy, view, isAwaited)] };
}

/** A deletion that began on one side and that the other doesn't know of yet, or has more time for. */
function planEnd(pod: On<'tenant', KubeObject>, copy: On<'host', KubeObject>): Action | undefined {
  const inTenant =
    pod.metadata.deletionTimestamp === undefined ? undefined : (pod.metadata.deletionGracePeriodSeconds ?? 0);
  const onHost =
    copy.metadata.deletionTimestamp === undefined ? undefined : (copy.metadata.deletionGracePeriodSeconds ?? 0);
  if (inTenant !== undefined && (onHost === undefined || inTenant < onHost)) return deletion(copy, inTenant);
  // A copy without a node has never run: it may be ours that makes room for another, and is made anew when it is gone.
  const mayHaveRun = Boolean(viewPod(copy).spec.nodeName);
  if (onHost !== undefined && inTenant === undefined && mayHaveRun) return endInTenant(pod, Math.max(1, onHost));
  return undefined;
}

function status(
  pod: On<'tenant', KubeObject>,
  copy: On<'host', KubeObject>,
  view: View,
  isAwaited = false,
): readonly Action[] {
  const wanted = statusOf(pod, copy, view, isAwaited);
  // Plain JSON; only `metadata` is an ObjectMeta.
  if (equalJson(wanted, (pod['status'] ?? {}) as JsonValue)) return [];
  return [withTenantStatus(pod, wanted)];
}

function statusOf(
  pod: On<'tenant', KubeObject>,
  copy: On<'host', KubeObject>,
  view: View,
  isAwaited = false,
): JsonObject {
  return tenantPodStatus(pod, copy, scrubber(view.place, originOf(pod), namesInPod(view.place, pod)), isAwaited);
}

function withTenantStatus(pod: On<'tenant', KubeObject>, status: JsonObject): Action {
  return { type: 'update-tenant-status', gvr, object: { ...pod, status } };
}

function freshTokens(pod: On<'tenant', KubeObject>, view: View, isRenewal: boolean): Plan {
  const tokens = wantedTokens(viewPod(pod).spec);
  if (tokens.length === 0 || isFinished(pod)) return withoutTokensOfBefore(pod, view);
  const { secret, origin } = tokenSecretOf(refOf(pod), view);
  const isOfPod = secret && origin?.uid === uidOf(pod) && holdsTokens(secret, tokens);
  const dueInMs = isOfPod ? tokensDueAt(secret) - view.now : 0;
  if (dueInMs > 0) return { actions: [], requeueAfterMs: dueInMs };
  return { actions: [{ type: 'write-tokens', pod, tokens, secret, isRenewal }] };
}

/** What has the name and isn't made for tokens of ours is somebody's: it is neither written nor deleted. */
function tokenSecretOf(pod: ObjectRef<'tenant'>, view: View) {
  const secret = view.tokenSecret(pod);
  const origin = secret && originOfTokenSecret(view.place, secret);
  return origin ? { secret, origin } : { secret: undefined, origin: undefined };
}

/** The pod is gone on both sides; its tokens go last. */
function withoutTokens(key: string, view: View): Plan {
  const { secret } = tokenSecretOf(refOfKey(key), view);
  return secret ? withoutSecret(secret) : nothingToDo;
}

/** Those of an earlier pod of that name; this one has none, or not yet. */
function withoutTokensOfBefore(pod: On<'tenant', KubeObject>, view: View): Plan {
  const { secret, origin } = tokenSecretOf(refOf(pod), view);
  return secret && origin.uid !== uidOf(pod) ? withoutSecret(secret) : nothingToDo;
}

function withoutSecret(secret: On<'host', KubeObject>): Plan {
  return { actions: [{ type: 'delete-host', gvr: secrets, name: nameOf(secret), uid: uidOf(secret) }] };
}

function deletion(copy: On<'host', KubeObject>, gracePeriodSeconds?: number): Action {
  const target = { type: 'delete-host', gvr, name: nameOf(copy), uid: uidOf(copy) } as const;
  return gracePeriodSeconds === undefined ? target : { ...target, gracePeriodSeconds };
}

/** Which nodes a pod asks for can't be changed. Only as long as the copy is as we see it: it may just get a node. */
function replacement(copy: On<'host', KubeObject>): Action {
  const { resourceVersion } = copy.metadata;
  const seen = resourceVersion === undefined ? {} : { resourceVersion };
  return { type: 'delete-host', gvr, name: nameOf(copy), uid: uidOf(copy), ...seen };
}

/** What somebody on the host holds by a finalizer doesn't go at once, and its end would be taken for the pod's. */
function isReplaceable({ metadata }: On<'host', KubeObject>): boolean {
  return (metadata.finalizers ?? []).length === 0;
}

function endInTenant(pod: On<'tenant', KubeObject>, gracePeriodSeconds: number): Action {
  return { type: 'delete-tenant', gvr, ref: refOf(pod), uid: uidOf(pod), gracePeriodSeconds };
}

/**
 * An earlier copy was on a node and is gone: whoever made this one didn't know it, since the host's news came late.
 */
function isSecondCopy(pod: On<'tenant', KubeObject>, copy: On<'host', KubeObject>, view: View): boolean {
  if (view.hasEnded(uidOf(pod))) return true;
  const { nodeName } = viewPod(copy).spec;
  return Boolean(nodeName) && Boolean(viewPod(pod).spec.nodeName) && nodeName !== viewPod(pod).spec.nodeName;
}

/** Whether a copy was on a node, and may have run. */
function hasRun(pod: On<'tenant', KubeObject>): boolean {
  return !isFinished(pod) && wasPutOnNode(pod);
}

function isHeld({ metadata }: On<'tenant', KubeObject>): boolean {
  return metadata.deletionGracePeriodSeconds === 0 && (metadata.finalizers ?? []).length > 0;
}

function isFinished(pod: Readonly<KubeObject>): boolean {
  const phase = viewPod(pod).status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}
