/** The columns of a custom resource. Mirrors apiextensions-apiserver registry/customresource/tableconvertor. */
import { ageSince } from '../../api/duration.ts';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Cell, Column, TableContext, TablePrinter } from '../registry/resource-definition.ts';
import { nameColumn } from '../registry/resources/columns.ts';
import type { PrinterColumn } from './definition.ts';
import { JsonPath, printedValue } from './json-path.ts';
import { JsonPathError } from './json-path-parser.ts';

const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  format: '',
  description: '',
  priority: 0,
  jsonPath: '.metadata.creationTimestamp',
};

/** Paths are parsed when the first table is asked for. */
export function customTable(printed: readonly PrinterColumn[]): TablePrinter {
  const shown = printed.length > 0 ? printed : [ageColumn];
  let paths: readonly JsonPath[] | undefined;
  return {
    columns: [nameColumn, ...shown.map(columnOf)],
    row(object, context) {
      paths ??= pathsOf(shown);
      return [object.metadata.name ?? '', ...paths.map((path, index) => cellOf(object, path, shown[index], context))];
    },
  };
}

/** A path that is none ends the columns, as upstream has it. */
function pathsOf(columns: readonly PrinterColumn[]): readonly JsonPath[] {
  const paths: JsonPath[] = [];
  for (const { jsonPath } of columns) {
    try {
      paths.push(new JsonPath(jsonPath));
    } catch (error) {
      if (error instanceof JsonPathError) return paths;
      throw error;
    }
  }
  return paths;
}

function columnOf({ name, type, format, description, priority, jsonPath }: PrinterColumn): Column {
  return {
    name,
    // Validation allows these only.
    type: type as Column['type'],
    ...(format === '' ? {} : { format: format as NonNullable<Column['format']> }),
    ...(priority === 0 ? {} : { priority }),
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
  };
}

function cellOf(
  object: Readonly<KubeObject>,
  path: JsonPath,
  column: PrinterColumn | undefined,
  { now }: TableContext,
): Cell {
  // Objects are plain JSON.
  const value = path.find(object as JsonObject)?.[0];
  if (value === undefined) return null;
  return column?.type === 'string' ? printedValue(value) : typedCell(value, column?.type ?? '', now);
}

function typedCell(value: JsonValue, type: string, now: number): Cell {
  switch (type) {
    case 'integer':
      if (typeof value === 'bigint') return value;
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? dateCell(value, now) : null;
    default:
      return null;
  }
}

function dateCell(value: string, now: number): string {
  if (value === '' || value === 'null') return '<unknown>';
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(value);
  return isTime && !Number.isNaN(Date.parse(value)) ? ageSince(value, now) : '<invalid>';
}
