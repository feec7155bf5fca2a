/** Why a protobuf body could not be read or written. Nothing else is thrown by the codec. */
export type ProtobufErrorCode =
  /** Not the envelope at all: no `k8s\0` in front. */
  | 'not-protobuf'
  /** Cut off, wrong wire types, too deep, invalid values. */
  | 'malformed'
  /** A good envelope of a kind that has no message. */
  | 'unknown-kind'
  /** A value that the other form can't hold: an integer above 2^53, a string where the message has a number. */
  | 'unrepresentable';

export class ProtobufError extends Error {
  readonly code: ProtobufErrorCode;

  constructor(code: ProtobufErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProtobufError';
    this.code = code;
  }
}

export function malformed(message: string): ProtobufError {
  return new ProtobufError('malformed', message);
}

export function unrepresentable(message: string): ProtobufError {
  return new ProtobufError('unrepresentable', message);
}
