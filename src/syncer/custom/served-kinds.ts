/** For whoever removes a tenant: what the host serves of kinds that come from definitions, as its definitions say now. */
import { isJsonObject } from '../../api/json.ts';
import { StatusError } from '../../api/status.ts';
import type { Client } from '../../client/client.ts';
import type { RemovedKind } from '../removal.ts';
import { definitionName, definitions, rightsOf, type DefinedKind } from './defined-kind.ts';

/** @throws StatusError, ConnectionError */
export async function servedByHost(
  host: Client<'host'>,
  kinds: readonly DefinedKind[],
): Promise<readonly RemovedKind[]> {
  const served: RemovedKind[] = [];
  for (const kind of kinds) {
    const version = await servedVersion(host, definitionName(kind));
    const rights = rightsOf(kind);
    if (version !== undefined) served.push({ ...rights, gvr: { ...rights.gvr, version } });
  }
  return served;
}

/** `undefined`: there is no such definition, or who asks may not see it. */
async function servedVersion(host: Client<'host'>, name: string): Promise<string | undefined> {
  try {
    const { spec = null } = await host.resource(definitions).get(name);
    const versions = isJsonObject(spec) && Array.isArray(spec['versions']) ? spec['versions'] : [];
    const found = versions.find((version) => isJsonObject(version) && version['served'] === true);
    return isJsonObject(found) && typeof found['name'] === 'string' ? found['name'] : undefined;
  } catch (error) {
    if (error instanceof StatusError && (error.status.code === 404 || error.status.code === 403)) return undefined;
    throw error;
  }
}
