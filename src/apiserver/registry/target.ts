import type { ServedResource } from './served-resource.ts';

/** One object of one resource. */
export interface Target {
  readonly resource: ServedResource;
  /** Empty for cluster-scoped resources. */
  readonly namespace: string;
  readonly name: string;
}
