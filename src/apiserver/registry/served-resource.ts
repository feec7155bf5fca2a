/**
 * A resource as one API version serves it: its facts, what its definition adds, and the way to the stored form and back.
 */
import type { GroupResource, GroupVersionKind } from '../../api/gvk.ts';
import type { KubeObject } from '../../api/object.ts';
import type { SubresourceFacts, Verb } from '../../schema/resource-facts.ts';
import type { ObjectSchema } from '../../schema/schema.ts';
import type { EntryForm } from './entry-form.ts';
import type { ResourceDefinition, TablePrinter } from './resource-definition.ts';

export interface ServedResource {
  /** `pods` of group ``: as error messages name it. */
  readonly gr: GroupResource;
  readonly version: string;
  readonly singular: string;
  /** Of single objects, as served. */
  readonly gvk: GroupVersionKind;
  readonly apiVersion: string;
  readonly kind: string;
  readonly table: TablePrinter | undefined;
  /** `PodList` */
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly subresources: readonly SubresourceFacts[];
  /** Of the objects as served. */
  readonly schema: ObjectSchema;
  readonly definition: ResourceDefinition | undefined;
  /** Whether objects can be written as protobuf: built-in kinds can, custom ones cannot. */
  readonly protobuf: boolean;
  /** Of the objects as stored; the same as {@link gvk} where there is no conversion. */
  readonly storageGvk: GroupVersionKind;
  readonly storageSchema: ObjectSchema;
  /** Fills in the defaults of an object as served; may mutate. */
  applyDefaults(object: KubeObject): void;
  /** `/registry/pods/`: where all of them are. Two served resources with the same prefix share their objects. */
  readonly storagePrefix: string;
  /** Absent: stored as served. Pure: gives a new object. */
  readonly toStorage: ((object: KubeObject) => KubeObject) | undefined;
  readonly fromStorage: ((object: KubeObject) => KubeObject) | undefined;
  /** Of custom resources: how their objects are kept. With it, the registry has objects as they are served. */
  readonly entryForm?: EntryForm;
  /** Of custom resources: before a request is answered, their schema is made ready. Throws StatusErrors for verbs that are refused. */
  begin?(verb: string, warnings: string[]): Promise<void>;
  /** Aborted when it is served no longer, or in another way: watches end then. */
  readonly retired?: AbortSignal;
}

/** Whether `name` is one of the resource's subresources. */
export function subresourceOf(resource: ServedResource, name: string): SubresourceFacts | undefined {
  return resource.subresources.find((subresource) => subresource.name === name);
}
