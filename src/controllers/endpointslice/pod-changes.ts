/** Which Services a change of a pod concerns. Mirrors k8s.io/endpointslice/util GetPodUpdateProjectionKey, GetServicesToUpdate. */
import { equalJson, type JsonValue } from '../../api/json.ts';
import { objectKey, type KubeObject } from '../../api/object.ts';
import type { Side } from '../../api/side.ts';
import type { InformerHandler } from '../../client/informer.ts';
import type { Lister } from '../../client/object-store.ts';
import { asPod, isPodReady, type Pod } from '../../controller/pod.ts';
import { asService, selectsPod } from './service.ts';

/** Calls `enqueue` with the key of each Service whose endpoints a pod's change may concern. */
export function observePods<S extends Side>(services: Lister<S>, enqueue: (key: string) => void): InformerHandler<S> {
  const enqueueSelecting = (object: KubeObject): void => {
    const pod = asPod(object);
    for (const service of services.list(object.metadata.namespace)) {
      if (selectsPod(asService(service), pod)) enqueue(objectKey(service));
    }
  };
  return {
    onAdd: enqueueSelecting,
    onUpdate: (old, object) => {
      const relabelled = !equalJson(old.metadata.labels, object.metadata.labels);
      if (!relabelled && !endpointChanged(asPod(old), asPod(object))) return;
      enqueueSelecting(object);
      if (relabelled) enqueueSelecting(old);
    },
    onDelete: enqueueSelecting,
  };
}

/** Whether what endpoints say of a pod has changed. Mirrors podEndpointsChanged. */
function endpointChanged(old: Pod, pod: Pod): boolean {
  return !equalJson(endpointFacts(old), endpointFacts(pod));
}

function endpointFacts(pod: Pod): JsonValue {
  return [
    pod.metadata.deletionTimestamp ?? null,
    isPodReady(pod),
    pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded',
    pod.status?.podIP ?? null,
    pod.status?.podIPs?.map(({ ip }) => ip) ?? [],
    pod.spec.nodeName ?? null,
    pod.spec.hostname ?? null,
    pod.spec.subdomain ?? null,
  ];
}
