/**
 * What went wrong with a request, in client-go's words: they stand in Events and conditions. An answer that is no Status (there is no
 * such API, or who serves it is away) is told by its code. Mirrors apimachinery api/errors NewGenericServerResponse.
 */
import { goQuote } from '../../api/go-text.ts';
import { groupResourceText, type GroupResource } from '../../api/gvk.ts';
import { StatusError } from '../../api/status.ts';
import { unexpectedResponse } from '../../client/response-error.ts';

const texts: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};
/** Their own text says more. */
const ownTexts = new Set([403, 406, 415]);

/** Of a request of `verb` (`get`, `put`) for a resource or an object of it; `resource` is empty where the path names none. */
export function requestErrorText(error: unknown, verb: string, resource: GroupResource, name = ''): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof StatusError)) return error.message;
  const { details, code = 0 } = error.status;
  const cause = details?.causes?.find(({ reason }) => reason === unexpectedResponse);
  if (!cause) return error.message;
  const text = genericText(code, (cause.message ?? '').trim());
  if (resource.resource === '') return text;
  return `${text} (${verb} ${groupResourceText(resource)}${name === '' ? '' : ` ${name}`})`;
}

function genericText(code: number, body: string): string {
  if (ownTexts.has(code)) return body;
  const text = texts[code];
  if (text !== undefined) return text;
  if (code >= 500) return `an error on the server (${goQuote(body)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${code} but did not return more information`;
}
