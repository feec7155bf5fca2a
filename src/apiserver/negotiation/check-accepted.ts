/** Refuses what can't be answered in any form before anything is done. Mirrors go-restful's routing by Accept, which upstream stands on. */
import { newGenericServerResponse } from '../../api/status.ts';
import type { RequestContext } from '../request-context.ts';
import { mediaTypes } from './accept.ts';

const produced = [mediaTypes.json, mediaTypes.yaml, mediaTypes.protobuf];
const streamed = [`${mediaTypes.json};stream=watch`, `${mediaTypes.protobuf};stream=watch`];
/** Other subresources answer with bytes of their own. */
const subresources = new Set(['', 'status', 'scale']);

/** @throws StatusError 406 */
export function checkAccepted({ request, info }: Pick<RequestContext, 'request' | 'info'>): void {
  const header = request.headers['accept'] ?? '';
  if (header === '' || !subresources.has(info.subresource)) return;
  const named = header.split(',').map((clause) => (clause.split(';', 1)[0] ?? '').trim());
  if (named.some((mediaType) => mediaType === '*/*' || produced.includes(mediaType))) return;
  const available = info.verb === 'list' || info.verb === 'watch' ? [...produced, ...streamed] : produced;
  const serverMessage = `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`;
  throw newGenericServerResponse({ code: 406, serverMessage });
}
