/** Volumes that would give a pod more of its host than its own. Changes in place: `spec` is the caller's own copy. */
import { isJsonObject } from '../../api/json.ts';
import { passedThrough } from '../metadata.ts';
import type { PodSpec } from './pod-view.ts';

/** A certificate that the kubelet gets for a pod is one of the host, for the host's account: no business of a tenant's. */
export function dropHostIdentities(spec: PodSpec): void {
  for (const { projected } of spec.volumes ?? []) {
    if (!projected?.sources?.some((source) => source['podCertificate'] !== undefined)) continue;
    for (const source of projected.sources) delete source['podCertificate'];
    projected.sources = projected.sources.filter((source) => Object.keys(source).length > 0);
  }
}

/** The host makes claims of these: with the tenant's labels and nothing of Sublet's, from no other namespace, and of no volume by name. */
export function cleanClaimTemplates(spec: PodSpec): void {
  for (const { ephemeral } of spec.volumes ?? []) {
    const template = ephemeral?.volumeClaimTemplate;
    if (!template) continue;
    const { labels, annotations } = template.metadata ?? {};
    if (template.metadata) {
      template.metadata = {
        ...(labels ? { labels: passedThrough(labels) } : {}),
        ...(annotations ? { annotations: passedThrough(annotations) } : {}),
      };
    }
    if (!template.spec) continue;
    delete template.spec['volumeName'];
    const reference = template.spec['dataSourceRef'];
    if (isJsonObject(reference)) delete reference['namespace'];
  }
}
