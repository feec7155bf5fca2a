/** A pod's row: what its containers add up to. Mirrors printers printPod, v1.36. */
import type { ObjectMeta } from '../../../../api/object.ts';
import { ageSince } from '../../../../api/duration.ts';

interface Terminated {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason?: string;
  readonly finishedAt?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string };
    readonly running?: object;
    readonly terminated?: Terminated;
  };
  readonly lastState?: { readonly terminated?: Terminated };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

export interface Pod {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly containers: readonly object[];
    readonly initContainers?: readonly { readonly name: string; readonly restartPolicy?: string }[];
    readonly nodeName?: string;
    readonly readinessGates?: readonly { readonly conditionType: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly conditions?: readonly Condition[];
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly nominatedNodeName?: string;
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface PodSummary {
  /** `1/2` */
  readonly ready: string;
  readonly reason: string;
  /** `3 (5m ago)` */
  readonly restarts: string;
  /** `0/1`, or `<none>` */
  readonly readinessGates: string;
}

/** What is found out container by container. */
interface Tally {
  reason: string;
  ready: number;
  restarts: number;
  /** RFC 3339; the empty string: never. */
  lastRestart: string;
}

export function summarizePod(pod: Pod, now: number): PodSummary {
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const total = pod.spec.containers.length + sidecars.size;
  const init = tallyInitContainers(pod, sidecars);
  const tally = !init.initializing || isInitialized(pod) ? tallyContainers(pod, init.sidecars) : init.all;
  return {
    ready: `${tally.ready}/${total}`,
    reason: reasonOf(pod, tally.reason),
    restarts:
      tally.restarts > 0 && tally.lastRestart !== ''
        ? `${tally.restarts} (${ageSince(tally.lastRestart, now)} ago)`
        : String(tally.restarts),
    readinessGates: gatesText(pod),
  };
}

function tallyInitContainers(pod: Pod, sidecars: ReadonlySet<string>) {
  const all: Tally = { reason: initialReason(pod), ready: 0, restarts: 0, lastRestart: '' };
  const ofSidecars: Tally = { ...all };
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const isSidecarStatus = sidecars.has(container.name);
    countRestarts(all, container);
    if (isSidecarStatus) countRestarts(ofSidecars, container);
    if (container.state?.terminated?.exitCode === 0) continue;
    if (isSidecarStatus && container.started === true) {
      if (container.ready) {
        all.ready++;
        ofSidecars.ready++;
      }
      continue;
    }
    all.reason = initReason(container, index, pod.spec.initContainers?.length ?? 0);
    return { all, sidecars: { ...ofSidecars, reason: all.reason }, initializing: true };
  }
  return { all, sidecars: ofSidecars, initializing: false };
}

function initReason(container: ContainerStatus, index: number, count: number): string {
  const { terminated, waiting } = container.state ?? {};
  if (terminated) return `Init:${terminatedReason(terminated)}`;
  const reason = waiting?.reason ?? '';
  return reason !== '' && reason !== 'PodInitializing' ? `Init:${reason}` : `Init:${index}/${count}`;
}

function tallyContainers(pod: Pod, start: Tally): Tally {
  const tally = { ...start };
  let running = false;
  let failure = '';
  for (const container of (pod.status?.containerStatuses ?? []).toReversed()) {
    countRestarts(tally, container);
    const { waiting, terminated, running: runs } = container.state ?? {};
    if (waiting?.reason) tally.reason = waiting.reason;
    else if (terminated) {
      tally.reason = terminatedReason(terminated);
      if (terminated.exitCode !== 0) failure = tally.reason;
    } else if (container.ready && runs) {
      running = true;
      tally.ready++;
    }
  }
  if (tally.reason === 'Completed') {
    if (running && hasCondition(pod, 'Ready')) tally.reason = 'Running';
    else if (failure !== '') tally.reason = failure;
    else if (running) tally.reason = 'NotReady';
  }
  return tally;
}

function reasonOf(pod: Pod, reason: string): string {
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' ? reason : 'Terminating';
}

function initialReason({ status }: Pod): string {
  if (status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated'))
    return 'SchedulingGated';
  return status?.reason || (status?.phase ?? '');
}

function countRestarts(tally: Tally, container: ContainerStatus): void {
  tally.restarts += container.restartCount ?? 0;
  const at = container.lastState?.terminated?.finishedAt ?? '';
  if (at > tally.lastRestart) tally.lastRestart = at;
}

function terminatedReason({ reason, signal, exitCode }: Terminated): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function gatesText({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter(
    ({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status === 'True',
  );
  return `${open.length}/${gates.length}`;
}

function isSidecar({ restartPolicy }: { readonly restartPolicy?: string }): boolean {
  return restartPolicy === 'Always';
}

function isInitialized(pod: Pod): boolean {
  return hasCondition(pod, 'Initialized');
}

function hasCondition({ status }: Pod, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}
