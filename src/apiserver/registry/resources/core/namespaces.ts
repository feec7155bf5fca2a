import { labelNameRule } from '../../../../api/names.ts';
import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { ensureObject, objectAt } from '../../../../api/json-fields.ts';
import { jsonOf, takeField } from '../fields.ts';
import { viewAs } from '../view.ts';

interface Namespace {
  readonly metadata: ObjectMeta;
  readonly status?: { readonly phase?: string };
}

const kubernetesFinalizer = 'kubernetes';
const nameLabel = 'kubernetes.io/metadata.name';

function phaseOf(object: Parameters<typeof viewAs>[0]): string {
  return viewAs<Namespace>(object).status?.phase ?? '';
}

/** Mirrors pkg/registry/core/namespace. */
export const namespaces = defineResource({
  group: '',
  resource: 'namespaces',
  strategy: {
    nameRule: labelNameRule,
    prepareForCreate(namespace) {
      namespace['status'] = { phase: 'Active' };
      const spec = ensureObject(jsonOf(namespace), 'spec');
      const finalizers = Array.isArray(spec['finalizers']) ? spec['finalizers'] : [];
      spec['finalizers'] = finalizers.includes(kubernetesFinalizer) ? finalizers : [...finalizers, kubernetesFinalizer];
      // Defaulting has done it for those whose name was known then.
      const { metadata } = namespace;
      if (metadata.name) metadata.labels = { ...metadata.labels, [nameLabel]: metadata.name };
    },
    prepareForUpdate(namespace, old) {
      takeField(ensureObject(jsonOf(namespace), 'spec'), objectAt(jsonOf(old), 'spec'), 'finalizers');
    },
  },
  table: namedTable([textColumn('Status')], (object) => [phaseOf(object)]),
  selectableFields: (object) => ({ 'status.phase': phaseOf(object), name: object.metadata.name ?? '' }),
});
