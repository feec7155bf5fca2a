import type { TablePrinter } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn, wide } from '../columns.ts';
import { viewAs } from '../view.ts';
import { summarizePod, type Pod } from './pod-row.ts';

export const podTable: TablePrinter = {
  columns: [
    nameColumn,
    textColumn('Ready'),
    textColumn('Status'),
    textColumn('Restarts'),
    ageColumn,
    wide(textColumn('IP')),
    wide(textColumn('Node')),
    wide(textColumn('Nominated Node')),
    wide(textColumn('Readiness Gates')),
  ],
  row: (object, context) => {
    const pod = viewAs<Pod>(object);
    const { ready, reason, restarts, readinessGates } = summarizePod(pod, context.now);
    return [
      nameOf(object),
      ready,
      reason,
      restarts,
      ageOf(object, context),
      pod.status?.podIPs?.[0]?.ip || '<none>',
      pod.spec.nodeName || '<none>',
      pod.status?.nominatedNodeName || '<none>',
      readinessGates,
    ];
  },
};
