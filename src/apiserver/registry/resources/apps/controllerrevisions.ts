import { groupKindText, parseApiVersion } from '../../../../api/gvk.ts';
import type { ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { namedTable, textColumn } from '../columns.ts';
import { viewAs } from '../view.ts';

interface ControllerRevision {
  readonly metadata: ObjectMeta;
  readonly revision?: number;
}

/** `controllerrevisions` shows whose history it is: `statefulset.apps/web`. */
export const controllerrevisions = defineResource({
  group: 'apps',
  resource: 'controllerrevisions',
  table: namedTable([textColumn('Controller'), textColumn('Revision')], (object) => {
    const { metadata, revision = 0 } = viewAs<ControllerRevision>(object);
    return [controllerText(metadata), revision];
  }),
});

function controllerText({ ownerReferences = [] }: ObjectMeta): string {
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (!owner) return '<none>';
  const group = parseApiVersion(owner.apiVersion)?.group ?? '';
  return `${groupKindText({ group, kind: owner.kind }).toLowerCase()}/${owner.name}`;
}
