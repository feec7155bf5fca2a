/** A pod has the zone and the region of its node as labels, for who reads no nodes. Mirrors kubernetes plugin/pkg/admission/podtopologylabels. */
import { isJsonObject } from '../../api/json.ts';
import { textAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

const copied = new Set(['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']);

export function podTopologyLabels(cluster: ClusterReader): AdmissionPlugin {
  return {
    name: 'PodTopologyLabels',
    handles: ({ operation, resource, subresource }) =>
      operation === 'CREATE' &&
      resource.gr.group === '' &&
      ((resource.gr.resource === 'pods' && (subresource === '' || subresource === 'binding')) ||
        resource.gr.resource === 'bindings'),
    async mutate(attributes) {
      const name = nodeOf(attributes);
      const node = name === '' ? undefined : await cluster.find('', 'nodes', '', name);
      const labels = Object.entries(node?.metadata.labels ?? {}).filter(([key]) => copied.has(key));
      if (labels.length === 0 || !attributes.object) return;
      const { metadata } = attributes.object;
      metadata.labels = { ...metadata.labels, ...Object.fromEntries(labels) };
    },
  };
}

/** Empty: none yet. */
function nodeOf({ object, resource, subresource }: AdmissionAttributes): string {
  const isPod = resource.gr.resource === 'pods' && subresource === '';
  const part: KubeObject[string] = object?.[isPod ? 'spec' : 'target'];
  if (!isJsonObject(part)) return '';
  if (isPod) return textAt(part, 'nodeName');
  return textAt(part, 'kind') === 'Node' ? textAt(part, 'name') : '';
}
