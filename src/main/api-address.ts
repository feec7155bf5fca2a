/** The address that a host gave to a tenant's API: the certificate must have it among its names before pods can trust it. */
import type { KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import { specOf } from '../apiserver/registry/service-addresses.ts';
import type { Client } from '../client/client.ts';
import { ResourceInformer } from '../client/informer.ts';
import { unlessNotFound } from '../controller/status-cause.ts';
import { silentLogger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { originOfCopy, type Place } from '../translate/marks.ts';
import { apiServiceCopy } from '../translate/pods/in-cluster.ts';
import { realClock } from './real-clock.ts';
import { realRandom } from './real-random.ts';

const gvr = { group: '', version: 'v1', resource: 'services' };

/** What it is now; none before the tenant's first start. @throws StatusError, ConnectionError */
export async function apiAddressOf(host: Client<'host'>, place: Place): Promise<string | undefined> {
  const found = await unlessNotFound(host.resource(gvr, place.hostNamespace).get(apiServiceCopy(place)));
  return found && addressIn(place, found);
}

/** Tells `changed` of it, whenever there is one. */
export function watchApiAddress(host: Client<'host'>, place: Place, changed: (address: string) => void): Service {
  const informer = new ResourceInformer({
    client: host,
    clock: realClock,
    random: realRandom,
    logger: silentLogger,
    gvr,
    namespace: place.hostNamespace,
    fieldSelector: `metadata.name=${apiServiceCopy(place)}`,
  });
  const look = (copy: On<'host', KubeObject>): void => {
    const address = addressIn(place, copy);
    if (address !== undefined) changed(address);
  };
  informer.addHandler({ onAdd: look, onUpdate: (_old, copy) => look(copy) });
  return informer;
}

/** Nothing, if it is somebody else's. */
function addressIn(place: Place, copy: On<'host', KubeObject>): string | undefined {
  const { clusterIP } = specOf(copy);
  if (!originOfCopy(place, copy) || typeof clusterIP !== 'string' || clusterIP === 'None') return undefined;
  return clusterIP === '' ? undefined : clusterIP;
}
