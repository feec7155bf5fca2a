/** GET of a collection. Mirrors apiserver endpoints/handlers ListResource and listOpts. */
import { newBadRequest } from '../../api/status.ts';
import { requiredFieldValue } from '../../api/field-selector.ts';
import { listObjects } from '../registry/list-objects.ts';
import { convertFieldLabels } from '../registry/field-labels.ts';
import type { StoredObject } from '../registry/stored-object.ts';
import type { Selection } from '../registry/selection.ts';
import { listOptions, type ListOptions } from './query-options.ts';
import { servedObjects } from './served-form.ts';
import { encoderOf, type VerbHandler, type VerbRequest } from './verb.ts';

export const listVerb: VerbHandler = async (request) => {
  const { resource, namespace, store } = request;
  const encoder = encoderOf(request);
  const options = listOptionsOf(request, false);
  const answer = await listObjects(store.store, {
    resource,
    namespace,
    selection: options.selection,
    limit: options.limit,
    continue: options.continue,
    resourceVersion: options.resourceVersion,
    resourceVersionMatch: options.resourceVersionMatch,
  });
  const { metadata, source } = answer;
  const items = (): readonly StoredObject[] => servedObjects(resource, answer.items);
  const body = (source && encoder.repeatedList?.(metadata, source, items)) ?? encoder.list(metadata, items());
  return { status: 200, headers: { 'content-type': encoder.contentType }, body };
};

/** The options, with their field labels checked, and with the name in the path as a selector. Throws BadRequest, Invalid. */
export function listOptionsOf({ context, resource, name }: VerbRequest, watch: boolean): ListOptions {
  const options = listOptions(context.query, watch);
  const { labels, fields } = options.selection;
  const selection = fields.length === 0 ? options.selection : { labels, fields: convertFieldLabels(resource, fields) };
  return { ...options, selection: name === '' ? selection : withName(selection, name) };
}

function withName(selection: Selection, name: string): Selection {
  if (selection.fields.length === 0) {
    return { ...selection, fields: [{ field: 'metadata.name', operator: '=', value: name }] };
  }
  if (requiredFieldValue(selection.fields, 'metadata.name') !== name) {
    throw newBadRequest("fieldSelector metadata.name doesn't match requested name");
  }
  return selection;
}
