/** What OpenAPI documents are made from: one source for each group version, built-in or from CRDs. */
import type { JsonObject } from '../../api/json.ts';
import type { ResourceFacts } from '../../schema/resource-facts.ts';

/** Upstream's texts for types and fields. They are no part of this repository: a build has them, or has not. */
export interface Descriptions {
  /** Of a definition (`io.k8s.api.core.v1.Pod`); `field`: of its field. Empty: none. */
  describe(definition: string, field?: string): string;
}

export interface GroupVersionSource {
  readonly group: string;
  readonly version: string;
  /** Changes whenever the documents would: part of their hash. */
  readonly revision: string;
  readonly resources: readonly ResourceFacts[];
  /** Custom resources know neither protobuf nor strategic merge. */
  readonly custom: boolean;
  /** Schemas by definition name, each with all that it refers to, as version 2 or version 3 of OpenAPI writes them. */
  definitions(format: 'v2' | 'v3', descriptions: Descriptions): Readonly<Record<string, JsonObject>>;
}

export const noDescriptions: Descriptions = { describe: () => '' };

/** `api/v1`, `apis/apps/v1`. */
export function groupVersionPath({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}
