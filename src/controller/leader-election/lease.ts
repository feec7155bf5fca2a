/** What a Lease says of who leads, and what a candidate makes of it. Pure. */
import type { KubeObject } from '../../api/object.ts';
import { microTimestamp } from '../../lib/clock.ts';

/** `coordination.k8s.io/v1` LeaseSpec, as far as elections write it. */
export interface LeaseSpec {
  /** Empty: nobody leads. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** A Lease, and when it was seen to change last, in the clock's monotonic milliseconds. */
export interface SeenLease {
  readonly lease: Readonly<KubeObject>;
  readonly at: number;
}

export interface Candidate {
  readonly identity: string;
  readonly leaseMs: number;
}

/** What to do now: hold the Lease with this spec, or wait until it may have ended. */
export type ElectionStep =
  | { readonly kind: 'hold'; readonly spec: LeaseSpec }
  | { readonly kind: 'wait'; readonly afterMs: number };

/**
 * A Lease is another's for its duration, counted from when we saw it change: clocks need not agree, only run alike. `now`: wall time,
 * `monotonic`: the clock by which `seen` was seen. Mirrors client-go tools/leaderelection tryAcquireOrRenew.
 */
export function electionStep(
  seen: SeenLease | undefined,
  candidate: Candidate,
  { now, monotonic }: { readonly now: number; readonly monotonic: number },
): ElectionStep {
  const old = seen ? leaseSpec(seen.lease) : {};
  const { holderIdentity = '', leaseDurationSeconds = 0, leaseTransitions = 0 } = old;
  const isOurs = holderIdentity === candidate.identity;
  if (seen && holderIdentity !== '' && !isOurs) {
    const leftMs = seen.at + leaseDurationSeconds * 1000 - monotonic;
    if (leftMs > 0) return { kind: 'wait', afterMs: leftMs };
  }
  const time = microTimestamp(now);
  const spec = {
    holderIdentity: candidate.identity,
    leaseDurationSeconds: Math.ceil(candidate.leaseMs / 1000),
    acquireTime: isOurs ? (old.acquireTime ?? time) : time,
    renewTime: time,
    leaseTransitions: seen && !isOurs ? leaseTransitions + 1 : leaseTransitions,
  };
  return { kind: 'hold', spec };
}

/** What its holder leaves behind: anybody may have it at once. Mirrors client-go tools/leaderelection release. */
export function releasedSpec(lease: Readonly<KubeObject>, now: number): LeaseSpec {
  const time = microTimestamp(now);
  const { leaseTransitions = 0 } = leaseSpec(lease);
  return { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time, leaseTransitions };
}

export function leaseSpec(lease: Readonly<KubeObject>): LeaseSpec {
  // A door: the API server has validated it.
  return (lease['spec'] ?? {}) as LeaseSpec;
}
