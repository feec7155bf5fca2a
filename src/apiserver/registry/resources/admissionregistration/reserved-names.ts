/** Names of what comes from files on upstream's control plane. Mirrors WarningsForStaticSuffix, v1.36. */
import type { KubeObject } from '../../../../api/object.ts';

const suffix = '.static.k8s.io';

export function reservedNameWarnings({ metadata }: Readonly<KubeObject>): readonly string[] {
  if (metadata.name?.endsWith(suffix) !== true) return [];
  return [
    `metadata.name: names ending with "${suffix}" are reserved for static manifest-based configurations and cannot be managed via the API`,
  ];
}
