/**
 * Resources that code answers instead of storage: they can be created, and nothing else; what comes back is the answer. Reviews of
 * tokens and access, mostly.
 */
import type { KubeObject } from '../../api/object.ts';
import type { GroupVersionResource } from '../../api/gvk.ts';
import type { RequestContext } from '../request-context.ts';

export interface VirtualResource extends GroupVersionResource {
  /**
   * `object` is decoded and defaulted, and the caller's own: may be changed and given back. Answered with 201.
   * @throws StatusError
   */
  create(context: RequestContext, object: KubeObject): Promise<KubeObject>;
}
