/** Errors on the wire. Mirrors apiserver responsewriters.ErrorNegotiated. */
import type { ProtobufCodec } from '../../api/codec/protobuf.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import { StatusError } from '../../api/status.ts';
import type { RequestContext } from '../request-context.ts';
import { plainEncoder } from './create-negotiation.ts';
import { prettyJsonWire, type Wire } from './wire.ts';

/** In the form that the client accepts; in JSON if it accepts none. */
export function statusResponse(
  error: StatusError,
  context: Pick<RequestContext, 'request' | 'query'>,
  codec: ProtobufCodec,
): ApiResponse {
  const { status, retryAfterSeconds } = error;
  const wire = acceptedWire(context, codec);
  return {
    status: status.code ?? 500,
    headers: {
      'content-type': wire.contentType,
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
    body: wire.plain({ ...status }),
  };
}

function acceptedWire(
  context: Pick<RequestContext, 'request' | 'query'>,
  codec: ProtobufCodec,
): Pick<Wire, 'contentType' | 'plain'> {
  try {
    return plainEncoder(context, { apiVersion: 'v1', kind: 'Status' }, codec);
  } catch (error) {
    if (error instanceof StatusError) return prettyJsonWire;
    throw error;
  }
}
