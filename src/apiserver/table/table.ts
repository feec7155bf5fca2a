/** `Table`: what kubectl shows. Mirrors apiserver registry/rest table.go and endpoints/handlers asTable. */
import { goQuote } from '../../api/go-text.ts';
import type { KubeObject, ListMeta } from '../../api/object.ts';
import { newBadRequest } from '../../api/status.ts';
import type { Column, TableContext, TablePrinter } from '../registry/resource-definition.ts';
import type { StoredObject } from '../registry/stored-object.ts';

export interface TableOptions {
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  /** Not by request: a watch has its columns once. */
  readonly noHeaders: boolean;
  /** `meta.k8s.io/v1` or `meta.k8s.io/v1beta1` */
  readonly apiVersion: string;
}

export type Table = Readonly<Record<string, unknown>>;

/** @throws StatusError BadRequest */
export function tableOptionsOf(query: URLSearchParams, apiVersion: string): TableOptions {
  const asked = query.get('includeObject') ?? '';
  if (asked !== '' && asked !== 'None' && asked !== 'Metadata' && asked !== 'Object') {
    const detail = "must be 'Metadata', 'Object', 'None', or empty";
    throw newBadRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${goQuote(asked)}: ${detail}`,
    );
  }
  return { includeObject: asked === '' ? 'Metadata' : asked, noHeaders: false, apiVersion };
}

export function tableOf(
  metadata: ListMeta,
  items: readonly StoredObject[],
  printer: TablePrinter,
  options: TableOptions,
  context: TableContext,
): Table {
  return {
    kind: 'Table',
    apiVersion: options.apiVersion,
    metadata,
    columnDefinitions: options.noHeaders ? null : printer.columns.map(columnDefinition),
    rows: items.map(({ object }) => ({
      cells: printer.row(object, context),
      object: includedObject(object, options),
    })),
  };
}

/** What upstream shows of a kind that nothing more is known of. */
export const defaultPrinter: TablePrinter = {
  columns: [
    { name: 'Name', type: 'string', format: 'name' },
    { name: 'Created At', type: 'date' },
  ],
  row: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? '0001-01-01T00:00:00Z'],
};

function columnDefinition({ name, type, format, description, priority }: Column): object {
  return { name, type, format: format ?? '', description: description ?? '', priority: priority ?? 0 };
}

function includedObject(object: Readonly<KubeObject>, options: TableOptions): unknown {
  const { metadata } = object;
  if (options.includeObject === 'Object') return object;
  // The bookmark that ends a watch's initial events is known by its annotation.
  const marks = metadata.annotations?.['k8s.io/initial-events-end'] === 'true';
  if (options.includeObject === 'None' && !marks) return null;
  return { kind: 'PartialObjectMetadata', apiVersion: options.apiVersion, metadata };
}
