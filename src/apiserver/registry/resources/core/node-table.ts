/** Mirrors printers printNode, v1.36. */
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import type { TablePrinter } from '../../resource-definition.ts';
import { ageColumn, ageOf, nameColumn, nameOf, textColumn, wide } from '../columns.ts';
import { viewAs } from '../view.ts';

interface Node {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly nodeInfo?: {
      readonly kubeletVersion?: string;
      readonly osImage?: string;
      readonly kernelVersion?: string;
      readonly containerRuntimeVersion?: string;
      readonly architecture?: string;
    };
  };
}

const rolePrefix = 'node-role.kubernetes.io/';

export const nodeTable: TablePrinter = {
  columns: [
    nameColumn,
    textColumn('Status'),
    textColumn('Roles'),
    ageColumn,
    textColumn('Version'),
    wide(textColumn('Internal-IP')),
    wide(textColumn('External-IP')),
    wide(textColumn('OS-Image')),
    wide(textColumn('Kernel-Version')),
    wide(textColumn('Container-Runtime')),
  ],
  row: (object, context) => {
    const node = viewAs<Node>(object);
    const {
      kubeletVersion = '',
      osImage,
      kernelVersion,
      containerRuntimeVersion,
      architecture,
    } = node.status?.nodeInfo ?? {};
    return [
      nameOf(object),
      statusText(node),
      rolesText(object),
      ageOf(object, context),
      kubeletVersion,
      addressOf(node, 'InternalIP'),
      addressOf(node, 'ExternalIP'),
      osImage || '<unknown>',
      `${kernelVersion || '<unknown>'}${architecture ? ` (${architecture})` : ''}`,
      containerRuntimeVersion || '<unknown>',
    ];
  },
};

function statusText({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const text = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

function rolesText({ metadata }: Readonly<KubeObject>): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) roles.add(key.slice(rolePrefix.length));
    else if (key === 'kubernetes.io/role' && value !== '') roles.add(value);
  }
  return roles.size === 0 ? '<none>' : [...roles].toSorted().join(',');
}

function addressOf({ status }: Node, wanted: string): string {
  return status?.addresses?.find(({ type }) => type === wanted)?.address ?? '<none>';
}
