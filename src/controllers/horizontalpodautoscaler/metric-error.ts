/** Why no number of replicas could be computed of a metric; its message is upstream's, and stands in Events and conditions. */
export class MetricError extends Error {
  override readonly name = 'MetricError';
}
