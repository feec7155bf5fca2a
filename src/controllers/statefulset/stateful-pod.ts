/** The pod that a StatefulSet makes for an ordinal, and what is amended of one that differs. Mirrors newStatefulSetPod, updateIdentity, updateStorage. */
import type { JsonObject } from '../../api/json.ts';
import { objectAt, objectsAt } from '../../api/json-fields.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { controllerReference } from '../../controller/owner-reference.ts';
import { statefulSetKind } from '../resources.ts';
import { claimName, ordinalOf, podIndexLabel, podName, podNameLabel, revisionLabel } from './identity.ts';
import type { StatefulSet } from './stateful-set.ts';

/** `template`: of the revision that the pod gets. */
export function statefulPod(set: StatefulSet, ordinal: number, template: JsonObject, revision: string): KubeObject {
  const { labels, annotations, finalizers } = (objectAt(template, 'metadata') ?? {}) as ObjectMeta;
  const name = podName(set, ordinal);
  const spec = objectAt(template, 'spec') ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      // Of no use beside a name, but there.
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? '',
      labels: { ...labels, ...identityLabels(name, ordinal), [revisionLabel]: revision },
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(set, statefulSetKind)],
    },
    spec: { ...spec, hostname: name, subdomain: set.serviceName, volumes: volumesFor(set, ordinal, spec) },
  };
}

/** The pod with its identity and storage as they should be; `undefined`: they are. */
export function amendedPod(set: StatefulSet, pod: Readonly<KubeObject>): KubeObject | undefined {
  const { name = '', labels } = pod.metadata;
  const ordinal = ordinalOf(pod) ?? 0;
  // An object of the API is JSON all through.
  const spec = objectAt(pod as unknown as JsonObject, 'spec') ?? {};
  const named = labels?.[podNameLabel] === name;
  const stored = storageMatches(set, ordinal, spec);
  if (named && stored) return undefined;
  return {
    ...pod,
    metadata: { ...pod.metadata, labels: { ...labels, ...(named ? {} : identityLabels(name, ordinal)) } },
    spec: stored ? spec : { ...spec, volumes: volumesFor(set, ordinal, spec) },
  };
}

function identityLabels(name: string, ordinal: number): Record<string, string> {
  return { [podNameLabel]: name, [podIndexLabel]: String(ordinal) };
}

function storageMatches(set: StatefulSet, ordinal: number, spec: JsonObject): boolean {
  const volumes = new Map(objectsAt(spec, 'volumes').map((volume) => [volume['name'], volume]));
  return set.claimTemplates.every((template) => {
    const volume = volumes.get(template.metadata.name ?? '');
    return objectAt(volume, 'persistentVolumeClaim')?.['claimName'] === claimName(set, template, ordinal);
  });
}

/** The claims' volumes first; they take the place of what the template calls the same. */
function volumesFor(set: StatefulSet, ordinal: number, spec: JsonObject): JsonObject[] {
  const claimed = set.claimTemplates.map((template) => ({
    name: template.metadata.name ?? '',
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
  }));
  const names = new Set<unknown>(claimed.map(({ name }) => name));
  return [...claimed, ...objectsAt(spec, 'volumes').filter(({ name }) => !names.has(name))];
}
