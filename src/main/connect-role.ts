/** How a role's API server gets into what runs. */
import { connectSubresources } from '../apiserver/connect/connect-subresources.ts';
import type { PodConnector } from '../apiserver/connect/pod-connector.ts';
import type { SubresourceHandlers } from '../apiserver/verbs/subresources.ts';
import type { Client } from '../client/client.ts';
import type { DirectExchange } from '../client/direct-exchange.ts';
import type { SimulatedConnections } from '../host/simulation/connections.ts';
import type { Logger } from '../lib/logger.ts';
import { createPodConnections } from '../syncer/pod-connections.ts';
import type { Place } from '../translate/marks.ts';

/** None: what runs can't be reached from here. */
export function composeConnect(connector: PodConnector | undefined): SubresourceHandlers {
  return connector ? connectSubresources(connector) : {};
}

/** Into the copies on a tenant's host. */
export function hostConnector(
  place: Place,
  { client, direct }: { readonly client: Client<'host'>; readonly direct: DirectExchange },
  logger: Logger,
): PodConnector {
  return createPodConnections({ place, host: client, direct, logger });
}

/** Into what simulated nodes run in this process; they are there when somebody asks. */
export function simulatedConnector(connections: () => SimulatedConnections): PodConnector {
  return { connect: (target, request) => connections().connect(target, request) };
}
