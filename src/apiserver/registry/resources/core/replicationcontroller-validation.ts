/** Mirrors ValidateReplicationControllerSpec, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError } from '../../../../api/field-error.ts';
import { labelRequirementsOfSet } from '../../../../api/label-requirement.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { nonNegative } from '../checks.ts';
import { viewAs } from '../view.ts';
import type { TemplateView } from './validation/pod-spec-view.ts';
import { validateRestarted, validateSelected, validateTemplate } from './validation/pod-template.ts';

interface ReplicationController {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly selector?: Readonly<Record<string, string>>;
    readonly template?: TemplateView;
  };
}

const specPath = field.path('spec');

export function validateReplicationController(controller: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<ReplicationController>(controller);
  const { selector = {}, template } = spec;
  const templatePath = specPath.child('template');
  const errors = [
    ...nonNegative(spec.minReadySeconds, specPath.child('minReadySeconds')),
    ...(Object.keys(selector).length === 0 ? [field.required(specPath.child('selector'), '')] : []),
    ...(spec.replicas === undefined
      ? [field.required(specPath.child('replicas'), '')]
      : nonNegative(spec.replicas, specPath.child('replicas'))),
  ];
  if (!template) return [...errors, field.required(templatePath, '')];
  return [
    ...errors,
    ...validateSelected(labelRequirementsOfSet(selector), template, templatePath),
    ...validateTemplate(template, templatePath),
    ...validateRestarted(template, 'ReplicationController', templatePath),
  ];
}
