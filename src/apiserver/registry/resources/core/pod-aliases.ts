/**
 * Fields that stand twice in pods, for clients of old versions. Mirrors pkg/apis/core/v1 Convert_v1_PodSpec_To_core_PodSpec and
 * Convert_v1_PodStatus_To_core_PodStatus, and the way back.
 */
import { isJsonObject, type JsonObject } from '../../../../api/json.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { ensureObject, objectAt, objectsAt, textAt } from '../../../../api/json-fields.ts';
import { jsonOf } from '../fields.ts';

/** `serviceAccount` says what `serviceAccountName` says. May mutate. */
export function settlePodSpec(spec: JsonObject): void {
  const name = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount');
  if (name === '') {
    delete spec['serviceAccountName'];
    delete spec['serviceAccount'];
  } else {
    spec['serviceAccountName'] = name;
    spec['serviceAccount'] = name;
  }
  ensureObject(spec, 'securityContext');
}

/** The spec of the pods' template at `path`, where there is one. May mutate. */
export function settleTemplate(object: KubeObject, path: readonly string[] = ['spec', 'template']): void {
  let at: JsonObject | undefined = jsonOf(object);
  for (const name of path) at = objectAt(at, name);
  const spec = objectAt(at, 'spec');
  if (spec) settlePodSpec(spec);
}

/** `podIP` is the first of `podIPs`, and wins where they differ. May mutate. */
export function settlePodStatus(pod: KubeObject): void {
  const status = pod['status'];
  if (!isJsonObject(status)) return;
  const single = textAt(status, 'podIP');
  const first = textAt(objectsAt(status, 'podIPs')[0], 'ip');
  if (single !== '' && single !== first) status['podIPs'] = [{ ip: single }];
  else if (single === '' && first !== '') status['podIP'] = first;
}
