/** What a body may cost. */
export interface ProtobufLimits {
  /** Messages within messages. Only the schemas of CRDs nest without end. */
  readonly depthMax: number;
  /** An empty message costs two bytes on the wire and a whole object here. */
  readonly messagesMax: number;
}

export const defaultProtobufLimits: ProtobufLimits = { depthMax: 256, messagesMax: 500_000 };
