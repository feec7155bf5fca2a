/** Volumes that would give a pod more of its host than its own. Changes in place: `spec` is the caller's own copy. */
import type { PodSpec } from './pod-view.ts';

/**
 * A certificate that the kubelet gets for a pod is one of the host, for the host's account, and a trust bundle by some name is the host's: no business of
 * a tenant's (`uncarried.ts`).
 */
export function dropHostIdentities(spec: PodSpec): void {
  for (const { projected } of spec.volumes ?? []) {
    if (!projected?.sources?.some((source) => ofHost.some((field) => source[field] !== undefined))) continue;
    for (const source of projected.sources) for (const field of ofHost) delete source[field];
    projected.sources = projected.sources.filter((source) => Object.keys(source).length > 0);
  }
}

const ofHost = ['podCertificate', 'clusterTrustBundle'] as const;

/**
 * A claim that is made for a pod is made in the tenant, by the controller there, and goes to the host like any other: the host's pod names its copy.
 * The host's own controller would make another one of the template.
 */
export function nameClaimsMadeForPod(spec: PodSpec, podName: string, hostNameOf: (claim: string) => string): void {
  for (const volume of spec.volumes ?? []) {
    if (volume.ephemeral === undefined) continue;
    delete volume.ephemeral;
    volume.persistentVolumeClaim ??= { claimName: hostNameOf(claimMadeForPod(podName, volume.name)) };
  }
}

/** The name of the claim of a pod's volume. Mirrors component-helpers storage/ephemeral VolumeClaimName, v1.36. */
export function claimMadeForPod(podName: string, volume: string): string {
  return `${podName}-${volume}`;
}
