/** The built-in group versions as sources of OpenAPI. */
import { apiVersionOf } from '../../api/gvk.ts';
import { builtinResources, builtinVersion } from '../../schema/builtin/catalog.ts';
import type { ResourceFacts } from '../../schema/resource-facts.ts';
import { builtinDefinitions } from './builtin-definitions.ts';
import type { GroupVersionSource } from './group-version-source.ts';
import { operationsOf } from './operations.ts';

/** One source for each group version among `resources` (default: all built-in ones), in their order. */
export function builtinSources(
  resources: readonly ResourceFacts[] = builtinResources(),
): readonly GroupVersionSource[] {
  const groups = Map.groupBy(resources, ({ group, version }) => `${group}/${version}`);
  return [...groups.values()].map((members) => builtinSource(members));
}

function builtinSource(resources: readonly ResourceFacts[]): GroupVersionSource {
  const source: GroupVersionSource = {
    group: resources[0]?.group ?? '',
    version: resources[0]?.version ?? '',
    revision: builtinVersion(),
    resources,
    custom: false,
    definitions: (format, descriptions) =>
      builtinDefinitions(rootsOf(source), format, apiVersionOf(source), descriptions),
  };
  return source;
}

/** All definitions that the operations name. */
function rootsOf(source: GroupVersionSource): readonly string[] {
  const roots = new Set<string>();
  for (const operations of Object.values(operationsOf(source))) {
    for (const { body, responses } of operations) {
      if (body) roots.add(body.schema);
      for (const schema of Object.values(responses)) if (schema !== 'string') roots.add(schema);
    }
  }
  return [...roots];
}
