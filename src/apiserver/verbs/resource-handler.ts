/**
 * Where the HTTP room and the verbs meet: the listener's side finds out who asks for what (RequestContext) and in what form; the
 * verbs answer.
 */
import type { ApiResponse } from '../../api/exchange.ts';
import type { TypeMeta } from '../../api/codec/protobuf.ts';
import type { JsonValue } from '../../api/json.ts';
import type { Negotiator } from '../negotiation/negotiator.ts';
import type { RequestContext } from '../request-context.ts';

/** A body whose syntax was understood, before anybody looked at its type. */
export interface ParsedBody {
  readonly value: JsonValue;
  /** `duplicate field "spec.a"`: for field validation Warn and Strict, in front of what the schema finds. */
  readonly strictErrors: readonly string[];
}

/** The body is no JSON, YAML or protobuf. The message is upstream's (`couldn't get version/kind; json parse error: …`). */
export class BodySyntaxError extends Error {
  override readonly name = 'BodySyntaxError';
}

/** What content negotiation offers to the verbs, for one request. */
export interface Negotiation extends Negotiator {
  /**
   * The request's body as JSON, whatever its content type. `fallback`: the kind of a body that names none (protobuf needs it to be
   * read). Patches and empty bodies are not read by this.
   * @throws StatusError UnsupportedMediaType, BodySyntaxError
   */
  body(fallback: TypeMeta): ParsedBody;
}

/**
 * Answers one resource request. Throws StatusErrors, which the caller writes (in the form the client accepts); any other error is our
 * bug. Resolves with `undefined` when no such resource is served here (the caller's 404).
 */
export type ResourceHandler = (
  context: RequestContext,
  negotiation: Negotiation,
) => Promise<ApiResponse | undefined>;
