/** What workloads show of their pod template and selector. Mirrors printers layoutContainerCells and FormatLabelSelector. */
import type { Column } from '../resource-definition.ts';
import { textColumn, wide } from './columns.ts';

export interface PodTemplate {
  readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image?: string }[] };
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export const templateColumns: readonly Column[] = [wide(textColumn('Containers')), wide(textColumn('Images'))];
export const workloadColumns: readonly Column[] = [...templateColumns, wide(textColumn('Selector'))];

export function templateCells(template: PodTemplate | undefined): readonly string[] {
  const containers = template?.spec?.containers ?? [];
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image ?? '').join(',')];
}

/** `app=web,tier in (back,front),!old`; `<none>` for an empty selector. */
export function selectorText(selector: LabelSelector | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => ({
    key,
    text: expressionText(key, operator, values.toSorted()),
  }));
  const parts = [...labels, ...expressions].toSorted((left, right) =>
    left.key < right.key ? -1 : Number(left.key > right.key),
  );
  return parts.length === 0 ? '<none>' : parts.map(({ text }) => text).join(',');
}

function expressionText(key: string, operator: string, values: readonly string[]): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return '<error>';
  }
}
