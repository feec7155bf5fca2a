/** What other servers' documents add to ours. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';

/** A group version that another server serves. */
export interface RemoteOpenApi {
  /** `apis/example.com/v1` */
  readonly path: string;
  /** Where its version 3 is, from this server's root; absent: it has none. */
  readonly version3Url?: string;
  /** Changes whenever {@link version2} does. */
  readonly revision: string;
  /** All that the other server has of version 2; `undefined`: nothing that can be used. */
  version2(): JsonObject | undefined;
}

/** Adds the paths of the group version, and the definitions that `document` lacks. Mutates it. Mirrors kube-openapi aggregator, but for renaming. */
export function mergeVersion2(document: JsonObject, remote: RemoteOpenApi): void {
  const theirs = remote.version2();
  const { paths, definitions } = document;
  if (!theirs || !isJsonObject(paths) || !isJsonObject(definitions)) return;
  const own = `/${remote.path}/`;
  for (const [path, item] of entriesOf(theirs['paths'])) if (path.startsWith(own)) paths[path] = item;
  for (const [name, definition] of entriesOf(theirs['definitions'])) {
    if (!Object.hasOwn(definitions, name)) definitions[name] = definition;
  }
}

function entriesOf(value: unknown): [string, JsonObject][] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => (isJsonObject(inner) ? [[name, inner]] : []));
}
