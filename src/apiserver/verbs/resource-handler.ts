/**
 * Where the HTTP room and the verbs meet: the listener's side finds out who asks for what (RequestContext) and in what form; the
 * verbs answer. This contract is settled: both rooms are written to it.
 */
import type { ApiResponse } from '../../api/exchange.ts';
import type { GroupVersionKind } from '../../api/gvk.ts';
import type { JsonObject } from '../../api/json.ts';
import type { Encoder } from '../negotiation/encoder.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { RequestContext } from '../request-context.ts';

/** A body whose syntax was understood, before anybody looked at its type. Its kind and version are texts, if they are there. */
export interface ParsedBody {
  readonly value: JsonObject;
  /** `duplicate field "spec.a"`: for field validation Warn and Strict, in front of what the schema finds. */
  readonly strictErrors: readonly string[];
  /** All findings in the order of the text, where upstream finds both kinds in one pass: typed JSON. `unknown`: what the schema found. */
  readonly strictErrorsWith?: (unknown: readonly string[]) => readonly string[];
}

/** The body is no JSON, YAML or protobuf. The message is upstream's (`couldn't get version/kind; json parse error: …`). */
export class BodySyntaxError extends Error {
  override readonly name = 'BodySyntaxError';
}

/** What content negotiation offers to the verbs. */
export interface Negotiation {
  /**
   * The form of the answer. `resource` tells which forms there are (protobuf, Table columns); `watch`: it is a stream.
   * @throws StatusError NotAcceptable
   */
  encoder(context: RequestContext, resource: ServedResource, watch: boolean): Encoder;
  /**
   * The request's body as JSON, whatever its content type. `fallback`: the kind of a protobuf or JSON body that names none.
   * @throws StatusError UnsupportedMediaType, BodySyntaxError
   */
  body(context: RequestContext, fallback: GroupVersionKind): Promise<ParsedBody>;
}

/**
 * Answers one resource request. Throws StatusErrors, which the caller writes (in the form the client accepts); any other error is our
 * bug. Resolves with `undefined` when no such resource is served here.
 */
export type ResourceHandler = (context: RequestContext, negotiation: Negotiation) => Promise<ApiResponse | undefined>;
