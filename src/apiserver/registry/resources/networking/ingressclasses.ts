import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, textColumn } from '../columns.ts';
import { nameWithDefault } from '../default-class.ts';
import { viewAs } from '../view.ts';
import { validateIngressClass, validateIngressClassUpdate } from './ingressclass-validation.ts';

interface IngressClass {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly controller?: string;
    readonly parameters?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
  };
}

export const ingressclasses = defineResource({
  group: 'networking.k8s.io',
  resource: 'ingressclasses',
  strategy: { validate: validateIngressClass, validateUpdate: validateIngressClassUpdate },
  table: {
    columns: [nameColumn, textColumn('Controller'), textColumn('Parameters'), ageColumn],
    row(object, context) {
      const { metadata, spec } = viewAs<IngressClass>(object);
      const parameters = spec?.parameters;
      const group = parameters?.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
      return [
        nameWithDefault(metadata, ['ingressclass.kubernetes.io/is-default-class']),
        spec?.controller ?? '',
        parameters ? `${parameters.kind}${group}/${parameters.name}` : '<none>',
        ageOf(object, context),
      ];
    },
  },
});
