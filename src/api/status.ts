/**
 * `Status`, as every error is answered, and its builders. Mirrors apimachinery api/errors: same reasons, codes, messages, details.
 * Scripts match on them.
 */
import { fieldErrorBody, fieldErrorsText, type FieldError } from './field-error.ts';
import { goQuote } from './go-text.ts';
import { groupKindText, groupResourceText, type GroupResource } from './gvk.ts';
import type { ListMeta } from './object.ts';

/** On the wire it is `reason`; upstream calls it the cause's type. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The resource, in most errors: upstream's field name is misleading. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** In the order of upstream's JSON. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: ListMeta;
  readonly status?: 'Success' | 'Failure';
  readonly message?: string;
  /** Absent: unknown. */
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

/** What a client is told. Thrown by the API server's code, and by clients for what a server answered. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status;

  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? '', options);
    this.status = status;
  }

  /** For the `Retry-After` header. */
  get retryAfterSeconds(): number | undefined {
    return this.status.details?.retryAfterSeconds;
  }
}

export function newNotFound(resource: GroupResource, name: string): StatusError {
  return failure(404, 'NotFound', `${groupResourceText(resource)} ${goQuote(name)} not found`, named(resource, name));
}

export function newAlreadyExists(resource: GroupResource, name: string): StatusError {
  const message = `${groupResourceText(resource)} ${goQuote(name)} already exists`;
  return failure(409, 'AlreadyExists', message, named(resource, name));
}

export function newGenerateNameConflict(resource: GroupResource, name: string, retryAfterSeconds: number): StatusError {
  const message = `${groupResourceText(resource)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`;
  return failure(409, 'AlreadyExists', message, { ...named(resource, name), ...retryAfter(retryAfterSeconds) });
}

export function newConflict(resource: GroupResource, name: string, reason: string): StatusError {
  const message = `Operation cannot be fulfilled on ${groupResourceText(resource)} ${goQuote(name)}: ${reason}`;
  return failure(409, 'Conflict', message, named(resource, name));
}

export function newApplyConflict(causes: readonly StatusCause[], message: string): StatusError {
  return failure(409, 'Conflict', message, { causes });
}

/** Names a kind, not a resource: `Pod "x" is invalid: …`. */
export function newInvalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const causes = errors.map((error) => ({
    reason: error.type,
    message: fieldErrorBody(error),
    ...(error.field === '' ? {} : { field: error.field }),
  }));
  const head = `${groupKindText(kind)} ${goQuote(name)} is invalid`;
  const message = errors.length === 0 ? head : `${head}: ${fieldErrorsText(errors)}`;
  const details = named({ group: kind.group, resource: kind.kind }, name);
  return failure(422, 'Invalid', message, causes.length === 0 ? details : { ...details, causes });
}

export function newBadRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message);
}

export function newMethodNotSupported(resource: GroupResource, verb: string): StatusError {
  const message = `${verb} is not supported on resources of kind ${goQuote(groupResourceText(resource))}`;
  return failure(405, 'MethodNotAllowed', message, named(resource, ''));
}

export function newUnauthorized(message: string): StatusError {
  return failure(401, 'Unauthorized', message === '' ? 'not authorized' : message);
}

export function newForbidden(resource: GroupResource, name: string, reason: string): StatusError {
  const text = groupResourceText(resource);
  let message = `${text} ${goQuote(name)} is forbidden: ${reason}`;
  if (text === '') message = `forbidden: ${reason}`;
  else if (name === '') message = `${text} is forbidden: ${reason}`;
  return failure(403, 'Forbidden', message, named(resource, name));
}

export function newGone(message: string): StatusError {
  return failure(410, 'Gone', message);
}

/** A resourceVersion or continue token that is too old. */
export function newResourceExpired(message: string): StatusError {
  return failure(410, 'Expired', message);
}

/** Too many requests, as priority and fairness says it, or an eviction that must wait. */
export function newTooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return failure(429, 'TooManyRequests', message, retryAfter(retryAfterSeconds));
}

export function newServiceUnavailable(message: string): StatusError {
  return failure(503, 'ServiceUnavailable', message);
}

/** Code 500, as upstream has it. */
export function newServerTimeout(resource: GroupResource, operation: string, retryAfterSeconds: number): StatusError {
  const message = `The ${operation} operation against ${groupResourceText(resource)} could not be completed at this time, please try again.`;
  return failure(500, 'ServerTimeout', message, { ...named(resource, operation), ...retryAfter(retryAfterSeconds) });
}

/** Code 504. */
export function newTimeout(message: string, retryAfterSeconds: number): StatusError {
  return failure(504, 'Timeout', `Timeout: ${message}`, retryAfter(retryAfterSeconds));
}

/**
 * @param text for the client: what upstream itself says there (`failed calling webhook "x": …`). Never the text of an exception:
 * that goes into `cause`, for the log.
 */
export function newInternalError(text = 'unexpected error', cause?: unknown): StatusError {
  const options = cause === undefined ? undefined : { cause };
  return failure(500, 'InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text }] }, options);
}

export function newRequestEntityTooLarge(message: string): StatusError {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

/** Mirrors apiserver endpoints/handlers/negotiation errNotAcceptable. `target`: errNotAcceptableConversion. */
export function newNotAcceptable(accepted: readonly string[], target?: string): StatusError {
  const converting = target === undefined ? '' : ` when converting to ${target}`;
  const message = `only the following media types are accepted${converting}: ${accepted.join(', ')}`;
  return failure(406, 'NotAcceptable', message);
}

/** Mirrors apiserver endpoints/handlers/negotiation errUnsupportedMediaType. */
export function newUnsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return failure(415, 'UnsupportedMediaType', message);
}

/** An answer of which nothing but the code is known: 404 of an unknown path, 405, or a proxy's page. */
export interface GenericResponse {
  readonly code: number;
  /** The HTTP method; empty: none is named. */
  readonly verb?: string;
  readonly resource?: GroupResource;
  readonly name?: string;
  /** What the server said, if it said anything. */
  readonly serverMessage?: string;
  readonly retryAfterSeconds?: number;
  /** `serverMessage` becomes a cause. */
  readonly unexpected?: boolean;
}

/** Mirrors apimachinery api/errors NewGenericServerResponse. */
export function newGenericServerResponse(response: GenericResponse): StatusError {
  const { code, verb = '', resource = { group: '', resource: '' }, name = '', serverMessage = '' } = response;
  const [reason, text] = genericAnswer(code, verb, serverMessage);
  const target = groupResourceText(resource);
  let message = text;
  if (target !== '') message += ` (${[verb.toLowerCase(), target, name].filter((part) => part !== '').join(' ')})`;
  return failure(code, reason, message, {
    ...named(resource, name),
    ...(response.unexpected === true ? { causes: [unexpectedCause(serverMessage)] } : {}),
    ...retryAfter(response.retryAfterSeconds ?? 0),
  });
}

/** A `Status` that says that all went well: the answer to deletions. */
export function successStatus(details?: StatusDetails): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    ...(details === undefined ? {} : { details }),
  };
}

/** A failure of any kind, for the rare one without a builder. */
export function failure(
  code: number,
  reason: string,
  message: string,
  details?: StatusDetails,
  options?: ErrorOptions,
): StatusError {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    ...(message === '' ? {} : { message }),
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
  return new StatusError(status, options);
}

function named(resource: GroupResource, name: string): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    ...(resource.resource === '' ? {} : { kind: resource.resource }),
  };
}

function retryAfter(seconds: number): StatusDetails {
  return seconds === 0 ? {} : { retryAfterSeconds: seconds };
}

function unexpectedCause(message: string): StatusCause {
  return { reason: 'UnexpectedServerResponse', ...(message === '' ? {} : { message }) };
}

function genericAnswer(code: number, verb: string, serverMessage: string): [reason: string, message: string] {
  switch (code) {
    case 400:
      return ['BadRequest', 'the server rejected our request for an unknown reason'];
    case 401:
      return ['Unauthorized', 'the server has asked for the client to provide credentials'];
    case 403:
      return ['Forbidden', serverMessage];
    case 404:
      return ['NotFound', 'the server could not find the requested resource'];
    case 405:
      return ['MethodNotAllowed', 'the server does not allow this method on the requested resource'];
    case 406: {
      const silent = serverMessage === '' || serverMessage === 'unknown';
      const text = 'the server was unable to respond with a content type that the client supports';
      return ['NotAcceptable', silent ? text : serverMessage];
    }
    case 409:
      return [verb === 'POST' ? 'AlreadyExists' : 'Conflict', 'the server reported a conflict'];
    case 415:
      return ['UnsupportedMediaType', serverMessage];
    case 422:
      return ['Invalid', 'the server rejected our request due to an error in our request'];
    case 429:
      return ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'];
    case 503:
      return ['ServiceUnavailable', 'the server is currently unable to handle the request'];
    case 504:
      return [
        'Timeout',
        'the server was unable to return a response in the time allotted, but may still be processing the request',
      ];
    default:
      if (code < 500)
        return ['', `the server responded with the status code ${code} but did not return more information`];
      return [
        'InternalError',
        `an error on the server (${goQuote(serverMessage)}) has prevented the request from succeeding`,
      ];
  }
}
