/** Mirrors pkg/apis/core/v1/defaults.go: namespaces, nodes, limit ranges, replication controllers, secrets. */
import type { JsonObject } from '../../../api/json.ts';
import type { TypeDefaults } from '../../default.ts';
import { objectAt, ensureObject } from '../../../api/json-fields.ts';
import { addMissing, isEmptyAt, labelsFromTemplate, setIfEmpty } from './go-fields.ts';

export const coreObjectDefaults: TypeDefaults = {
  'io.k8s.api.core.v1.Namespace': (namespace) => {
    const metadata = ensureObject(namespace, 'metadata');
    const { name } = metadata;
    // One with generateName has its name later: the strategy sets the label again.
    if (typeof name === 'string' && name !== '') ensureObject(metadata, 'labels')['kubernetes.io/metadata.name'] = name;
  },
  'io.k8s.api.core.v1.NamespaceStatus': (status) => setIfEmpty(status, 'phase', 'Active'),
  'io.k8s.api.core.v1.NodeStatus': (status) => {
    const capacity = objectAt(status, 'capacity');
    if (capacity && !objectAt(status, 'allocatable')) status['allocatable'] = { ...capacity };
  },
  'io.k8s.api.core.v1.Secret': (secret) => setIfEmpty(secret, 'type', 'Opaque'),
  'io.k8s.api.core.v1.LimitRangeItem': (item) => {
    if (item['type'] !== 'Container') return;
    const limits = { ...objectAt(item, 'default') };
    addMissing(limits, objectAt(item, 'max'));
    const requests = { ...objectAt(item, 'defaultRequest') };
    addMissing(requests, limits);
    addMissing(requests, objectAt(item, 'min'));
    setUnlessEmpty(item, 'default', limits);
    setUnlessEmpty(item, 'defaultRequest', requests);
  },
  'io.k8s.api.core.v1.ReplicationController': (controller) => {
    const spec = ensureObject(controller, 'spec');
    const labels = objectAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels');
    if (labels && Object.keys(labels).length > 0 && isEmptyAt(spec, 'selector')) spec['selector'] = { ...labels };
    labelsFromTemplate(controller);
  },
};

/** JSON has no empty map here. */
function setUnlessEmpty(object: JsonObject, name: string, value: JsonObject): void {
  if (Object.keys(value).length > 0) object[name] = value;
}
