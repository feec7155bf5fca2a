import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { objectAt, textAt } from '../../../../api/json-fields.ts';
import { jsonOf } from '../fields.ts';
import { viewAs } from '../view.ts';
import { nodeTable } from './node-table.ts';
import { validateNode, validateNodeUpdate } from './node-validation.ts';

interface Node {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly unschedulable?: boolean };
}

/** Mirrors pkg/registry/core/node. */
export const nodes = defineResource({
  group: '',
  resource: 'nodes',
  settle: settlePodRanges,
  strategy: {
    prepareForCreate: settlePodRanges,
    prepareForUpdate: settlePodRanges,
    validate: validateNode,
    validateUpdate: validateNodeUpdate,
    validateStatusUpdate: validateNodeUpdate,
  },
  table: nodeTable,

  selectableFields: (node) => ({ 'spec.unschedulable': String(viewAs<Node>(node).spec?.unschedulable ?? false) }),
});

/** `podCIDR` is the first of `podCIDRs`, and wins where they differ. May mutate. */
function settlePodRanges(node: KubeObject): void {
  const spec = objectAt(jsonOf(node), 'spec');
  if (!spec) return;
  const single = textAt(spec, 'podCIDR');
  const ranges = spec['podCIDRs'];
  const first = Array.isArray(ranges) ? ranges[0] : undefined;
  if (single !== '' && single !== first) spec['podCIDRs'] = [single];
  else if (single === '' && typeof first === 'string') spec['podCIDR'] = first;
}
