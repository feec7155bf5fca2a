/**
 * Nothing is created in a namespace that isn't there or is going away; three namespaces never go. Mirrors apiserver
 * admission/plugin/namespace/lifecycle.
 */
import { isJsonObject } from '../../api/json.ts';
import { newForbidden, newNotFound, StatusError } from '../../api/status.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { admissionForbidden } from './forbidden.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

const immortal = new Set(['default', 'kube-system', 'kube-public']);
const namespaces = { group: '', resource: 'namespaces' };

export function namespaceLifecycle(cluster: ClusterReader): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    handles: ({ operation, namespace }) => operation !== 'CONNECT' && namespace !== '',
    mutate: (attributes) => check(attributes, cluster),
    // Deletions are only validated.
    validate: (attributes) => (attributes.operation === 'DELETE' ? check(attributes, cluster) : undefined),
  };
}

async function check(attributes: AdmissionAttributes, cluster: ClusterReader): Promise<void> {
  const { resource, operation, name, namespace } = attributes;
  if (resource.gr.group === '' && resource.gr.resource === 'namespaces') {
    if (operation === 'DELETE' && immortal.has(name)) {
      throw newForbidden(resource.gr, name, 'this namespace may not be deleted');
    }
    return;
  }
  if (operation === 'DELETE' || resource.gr.resource === 'localsubjectaccessreviews') return;
  const found = await cluster.find('', 'namespaces', '', namespace);
  if (!found) throw newNotFound(namespaces, namespace);
  const phase = isJsonObject(found['status']) ? found['status']['phase'] : undefined;
  if (operation !== 'CREATE' || phase !== 'Terminating') return;
  const text = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { status } = admissionForbidden(attributes, text);
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw new StatusError({ ...status, details: { ...status.details, causes: [cause] } });
}
