import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { countColumn, namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';
import { validateBudget } from './budget-validation.ts';
import { countedStatusRule } from '../counted-status.ts';

interface PodDisruptionBudget {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly minAvailable?: number | string; readonly maxUnavailable?: number | string };
  readonly status?: { readonly disruptionsAllowed?: number };
}

export const poddisruptionbudgets = defineResource({
  group: 'policy',
  resource: 'poddisruptionbudgets',
  strategy: {
    validate: validateBudget,
    validateUpdate: validateBudget,
    validateStatusUpdate: countedStatusRule({
      counts: ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'],
    }),
  },
  table: namedTable(
    [textColumn('Min Available'), textColumn('Max Unavailable'), countColumn('Allowed Disruptions')],
    (object) => {
      const { spec, status } = viewAs<PodDisruptionBudget>(object);
      return [
        String(spec?.minAvailable ?? 'N/A'),
        String(spec?.maxUnavailable ?? 'N/A'),
        status?.disruptionsAllowed ?? 0,
      ];
    },
  ),
});
