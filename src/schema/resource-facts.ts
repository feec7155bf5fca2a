/** What the generated table says of the built-in resources: which there are, their names, scope, verbs and subresources. */
import type { GroupVersionKind } from '../api/gvk.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export interface ResourceFacts {
  readonly group: string;
  readonly version: string;
  /** `pods` */
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  /** Name of the object schema: `io.k8s.api.core.v1.Pod`. */
  readonly schema: string;
  /** Of its list; absent: the same with `List` behind it. */
  readonly listSchema?: string;
  readonly subresources: readonly SubresourceFacts[];
  /** What upstream's discovery gives for it; empty where nothing is stored. */
  readonly storageVersionHash: string;
}

export interface SubresourceFacts {
  /** `status`, `scale`, `binding`, `log`… */
  readonly name: string;
  /** The kind that it takes and gives, which may be of another group (`autoscaling/v1 Scale`). */
  readonly gvk: GroupVersionKind;
  readonly verbs: readonly Verb[];
}
