/** The claims of a pod's generic ephemeral volumes. Mirrors component-helpers storage/ephemeral and handleVolume of pkg/controller/volume/ephemeral, v1.36. */
import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { controllerReference, isControlledBy } from '../../controller/owner-reference.ts';
import { podKind } from '../resources.ts';

interface EphemeralVolume {
  readonly name: string;
  readonly template: {
    readonly metadata?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec?: JsonObject;
  };
}

interface PodVolume {
  readonly name: string;
  readonly ephemeral?: { readonly volumeClaimTemplate?: EphemeralVolume['template'] };
}

/** Those volumes of the pod that get a claim with it. */
export function ephemeralVolumes(pod: Readonly<KubeObject>): readonly EphemeralVolume[] {
  // The typed view of the pod's JSON; the API server has validated its shape.
  const { volumes = [] } = (pod['spec'] ?? {}) as { readonly volumes?: readonly PodVolume[] };
  return volumes.flatMap(({ name, ephemeral }) =>
    ephemeral ? [{ name, template: ephemeral.volumeClaimTemplate ?? {} }] : [],
  );
}

export function claimNameOf(pod: Readonly<KubeObject>, { name }: Pick<EphemeralVolume, 'name'>): string {
  return `${pod.metadata.name ?? ''}-${name}`;
}

/** The claim to be created; it goes when its pod goes. */
export function claimOf(pod: Readonly<KubeObject>, volume: EphemeralVolume): KubeObject {
  const { labels, annotations } = volume.template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimNameOf(pod, volume),
      ownerReferences: [controllerReference(pod, podKind)],
      ...(annotations ? { annotations: { ...annotations } } : {}),
      ...(labels ? { labels: { ...labels } } : {}),
    },
    spec: volume.template.spec ?? {},
  };
}

/** What is wrong with a claim of that name, for the pod's user; `undefined`: it is the pod's. */
export function conflictOf(pod: Readonly<KubeObject>, claim: Readonly<KubeObject>): string | undefined {
  if (isControlledBy(claim, pod)) return undefined;
  const { namespace = '', name = '' } = pod.metadata;
  return `PVC ${namespace}/${claim.metadata.name ?? ''} was not created for pod ${namespace}/${name} (pod is not owner)`;
}
