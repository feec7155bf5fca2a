import { defineResource } from '../../resource-definition.ts';
import { viewAs } from '../view.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { podStrategy, settlePod } from './pod-strategy.ts';
import { podTable } from './pod-table.ts';

interface SelectablePod {
  readonly metadata: KubeObject['metadata'];
  readonly spec?: {
    readonly nodeName?: string;
    readonly restartPolicy?: string;
    readonly schedulerName?: string;
    readonly serviceAccountName?: string;
    readonly hostNetwork?: boolean;
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
    readonly nominatedNodeName?: string;
  };
}

export const pods = defineResource({
  group: '',
  resource: 'pods',
  settle: settlePod,
  strategy: podStrategy,
  table: podTable,
  selectableFields(pod) {
    const { spec, status } = viewAs<SelectablePod>(pod);
    return {
      'spec.nodeName': spec?.nodeName ?? '',
      'spec.restartPolicy': spec?.restartPolicy ?? '',
      'spec.schedulerName': spec?.schedulerName ?? '',
      'spec.serviceAccountName': spec?.serviceAccountName ?? '',
      'spec.hostNetwork': String(spec?.hostNetwork ?? false),
      'status.phase': status?.phase ?? '',
      'status.podIP': status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
      'status.nominatedNodeName': status?.nominatedNodeName ?? '',
    };
  },
});
