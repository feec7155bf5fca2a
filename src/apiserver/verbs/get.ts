/** GET of one object. Mirrors apiserver endpoints/handlers GetResource. */
import { fieldErrorText } from '../../api/field-error.ts';
import { parseResourceVersion } from '../../api/resource-version.ts';
import { failure, newBadRequest } from '../../api/status.ts';
import { tooLargeResourceVersion } from '../registry/storage-errors.ts';
import { boolOption } from './query-options.ts';
import { servedObject } from './served-form.ts';
import { encoderOf, objectResponse, type VerbHandler } from './verb.ts';

/** A resourceVersion asks for an answer that is not older; ours never is, unless it names the future. */
export const getVerb: VerbHandler = async (request) => {
  const { context, store, resource } = request;
  const encoder = encoderOf(request);
  if (boolOption(context.query, 'export')) {
    throw newBadRequest('the export parameter, deprecated since v1.14, is no longer supported');
  }
  const wanted = context.query.get('resourceVersion') ?? '';
  const parsed = parseResourceVersion(wanted);
  if (!parsed.ok) throw failure(500, '', fieldErrorText(parsed.fieldError));
  if (parsed.revision > 0) {
    const current = await store.store.revision();
    if (current < parsed.revision) throw tooLargeResourceVersion(parsed.revision, current);
  }
  return objectResponse(encoder, 200, servedObject(resource, await store.get(request)));
};
