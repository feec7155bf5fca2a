/** The subresources that lead into what runs. */
import type { SubresourceHandlers } from '../verbs/subresources.ts';
import { podAttach, podExec, podLog, podPortForward } from './container-connections.ts';
import { podProxy, serviceProxy } from './object-proxy.ts';
import type { PodConnector } from './pod-connector.ts';

export function connectSubresources(connector: PodConnector): SubresourceHandlers {
  return {
    '/pods/log': { get: podLog(connector) },
    '/pods/exec': { connect: podExec(connector) },
    '/pods/attach': { connect: podAttach(connector) },
    '/pods/portforward': { connect: podPortForward(connector) },
    '/pods/proxy': { connect: podProxy(connector) },
    '/services/proxy': { connect: serviceProxy(connector) },
  };
}
