/** A host pod's status as the tenant sees it. Pure. */
import { cloneJson, isJsonObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { scrubMessages } from '../host-texts.ts';
import { gateTypes, systemConditions } from './carried.ts';
import { showOwnContainers } from './own-containers.ts';
import { viewPod, type PodCondition } from './pod-view.ts';

/** They name claims, and the host's are not the tenant's. */
const claimFields = [
  'resourceClaimStatuses',
  'extendedResourceClaimStatus',
  'nodeAllocatableResourceClaimStatuses',
] as const;

/**
 * The host's status, but for what is the tenant's: conditions of its readiness gates, and the quality of service it was told at creation.
 * What the host injected is left out. `scrub` takes host names out of texts. `isAwaited`: the copy is not yet what the tenant's pod is now.
 */
export function tenantPodStatus(
  tenantPod: On<'tenant', KubeObject>,
  hostPod: On<'host', KubeObject>,
  scrub: (text: string) => string,
  isAwaited = false,
): JsonObject {
  const view = viewPod(tenantPod);
  const status = cloneJson<JsonObject>({ ...viewPod(hostPod).status });
  const seen: Sides = { tenantPod, hostPod, isAwaited };
  const conditions = mergedConditions(seen);
  if (conditions.length > 0) status['conditions'] = conditions;
  showOwnContainers(tenantPod, hostPod, status);
  for (const field of claimFields) {
    delete status[field];
    const own = view.status?.[field];
    if (own !== undefined) status[field] = cloneJson(own);
  }
  if (view.status?.qosClass !== undefined) status['qosClass'] = view.status.qosClass;
  observeGeneration(seen, status, view.status);
  scrubMessages(status, scrub);
  return status;
}

/**
 * The status of a pod that runs no more, though nobody has said how it ended: then it failed. `status` itself where somebody has. Mirrors kubelet
 * status_manager TerminatePod.
 */
export function endedPodStatus(status: JsonObject): JsonObject {
  if (status['phase'] === 'Succeeded' || status['phase'] === 'Failed') return status;
  const lost = {
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    exitCode: 137,
  };
  const list = status['containerStatuses'];
  if (!Array.isArray(list)) return { ...status, phase: 'Failed' };
  const containerStatuses = list.map((container) => {
    if (!isJsonObject(container)) return container;
    const { state } = container;
    const ended = isJsonObject(state) && state['terminated'] !== undefined;
    return ended ? container : { ...container, ready: false, state: { terminated: lost } };
  });
  return { ...status, phase: 'Failed', containerStatuses };
}

interface Sides {
  readonly tenantPod: On<'tenant', KubeObject>;
  readonly hostPod: On<'host', KubeObject>;
  readonly isAwaited: boolean;
}

/** Set by whoever takes a pod off its node: in a tenant its evictions and taints. */
const disruptionTarget = 'DisruptionTarget';

/**
 * Those that a cluster's own parts set are the host's, but that the pod is disrupted, of which the host may know nothing. Gates are the tenant's to set,
 * and so is all that the host doesn't know (kubelets leave these alone, too).
 */
function mergedConditions(sides: Sides): PodCondition[] {
  const { tenantPod, hostPod } = sides;
  const gates = new Set(gateTypes(viewPod(tenantPod).spec));
  const ofHost = (viewPod(hostPod).status?.conditions ?? []).filter(({ type }) => !gates.has(type));
  const known = new Set(ofHost.map(({ type }) => type));
  const ofTenant = (viewPod(tenantPod).status?.conditions ?? []).filter(
    ({ type }) => gates.has(type) || ((!systemConditions.has(type) || type === disruptionTarget) && !known.has(type)),
  );
  const shown = cloneJson([...ofHost, ...ofTenant]);
  for (const condition of shown.slice(0, ofHost.length)) {
    const before = viewPod(tenantPod).status?.conditions?.find(({ type }) => type === condition.type);
    observeGeneration(sides, condition, before);
  }
  return shown;
}

/**
 * The host counts generations of its own object: who has seen the newest of the copy has seen what the tenant's pod is now, who hasn't has seen what
 * the tenant was told `before`. Changes in place.
 */
function observeGeneration(
  { tenantPod, hostPod, isAwaited }: Sides,
  told: JsonObject,
  before: JsonObject | undefined,
): void {
  const { generation } = tenantPod.metadata;
  const { generation: newest } = hostPod.metadata;
  const seen = told['observedGeneration'];
  if (seen === undefined || generation === undefined) return;
  const isBehind = isAwaited || (typeof seen === 'number' && newest !== undefined && seen < newest);
  const known = before?.['observedGeneration'];
  if (!isBehind) told['observedGeneration'] = generation;
  else if (known === undefined) delete told['observedGeneration'];
  else told['observedGeneration'] = known;
}
