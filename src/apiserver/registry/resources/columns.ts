/** Columns and cells that many kinds share. */
import { ageSince } from '../../../api/duration.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { Column, TableContext, TablePrinter } from '../resource-definition.ts';

export const nameColumn: Column = { name: 'Name', type: 'string', format: 'name' };
export const ageColumn: Column = { name: 'Age', type: 'string' };

export function textColumn(name: string): Column {
  return { name, type: 'string' };
}

export function countColumn(name: string): Column {
  return { name, type: 'integer' };
}

/** Shown with `-o wide` only. */
export function wide(column: Column): Column {
  return { ...column, priority: 1 };
}

export function nameOf(object: Readonly<KubeObject>): string {
  return object.metadata.name ?? '';
}

export function ageOf(object: Readonly<KubeObject>, { now }: TableContext): string {
  return ageSince(object.metadata.creationTimestamp, now);
}

/** Name, what `cells` gives for `columns`, and age. */
export function namedTable(
  columns: readonly Column[],
  cells: (object: Readonly<KubeObject>, context: TableContext) => ReturnType<TablePrinter['row']>,
): TablePrinter {
  return {
    columns: [nameColumn, ...columns, ageColumn],
    row: (object, context) => [nameOf(object), ...cells(object, context), ageOf(object, context)],
  };
}

/** `a=1,b=2`, or `<none>`. Mirrors apimachinery labels.FormatLabels. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const parts = Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .toSorted();
  return parts.length === 0 ? '<none>' : parts.join(',');
}
