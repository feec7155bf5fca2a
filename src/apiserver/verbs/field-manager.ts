/** Under which name a request's writes are remembered. Mirrors apiserver endpoints/handlers managerOrUserAgent. */
import type { RequestContext } from '../request-context.ts';
import { fieldManagerBytesMax } from '../registry/object-metadata.ts';
import type { WriteOptions } from './query-options.ts';

/** The option, or what stands before the first slash of the User-Agent; may be empty. */
export function fieldManagerOf(context: RequestContext, { fieldManager }: Pick<WriteOptions, 'fieldManager'>): string {
  return fieldManager === '' ? agentPrefix(context.request.headers['user-agent'] ?? '') : fieldManager;
}

/** Without what can't be printed, and not too long. */
function agentPrefix(userAgent: string): string {
  let name = '';
  let bytes = 0;
  for (const character of userAgent.split('/', 1)[0] ?? '') {
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) continue;
    bytes += Buffer.byteLength(character);
    if (bytes > fieldManagerBytesMax) break;
    name += character;
  }
  return name;
}
