/** What a body may cost. */
export interface ProtobufLimits {
  /** Messages within messages. Only the schemas of CRDs nest without end. */
  readonly depthMax: number;
  /** An empty message costs two bytes on the wire and a whole object here. */
  readonly messagesMax: number;
  /** Nesting of JSON that a message carries as bytes. */
  readonly jsonDepthMax: number;
}

export const defaultProtobufLimits: ProtobufLimits = { depthMax: 256, messagesMax: 500_000, jsonDepthMax: 1000 };
