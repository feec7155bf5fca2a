/** What workloads show of their pod template and selector. Mirrors printers layoutContainerCells. */
import type { Column } from '../resource-definition.ts';
import { textColumn, wide } from './columns.ts';

export interface PodTemplate {
  readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image?: string }[] };
}

export const templateColumns: readonly Column[] = [wide(textColumn('Containers')), wide(textColumn('Images'))];
export const workloadColumns: readonly Column[] = [...templateColumns, wide(textColumn('Selector'))];

export function templateCells(template: PodTemplate | undefined): readonly string[] {
  const containers = template?.spec?.containers ?? [];
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image ?? '').join(',')];
}
