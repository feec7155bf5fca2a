/** Whether an extension server can be used. Mirrors kube-aggregator controllers/status/remote, v1.36. */
import { goQuote } from '../../api/go-text.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Availability } from './api-service.ts';
import { aggregatorUser, type DocumentFetcher } from './remote-documents.ts';
import type { RemoteService } from './remote-service.ts';
import { serviceView } from './service-resolver.ts';

export interface AvailabilityReader {
  service(namespace: string, name: string): Promise<Readonly<KubeObject> | undefined>;
  /** The EndpointSlices of a Service. */
  endpointSlices(namespace: string, service: string): Promise<readonly Readonly<KubeObject>[]>;
}

/** One that answers is enough: a Service has several servers, and some may just be starting. */
const attempts = 5;

export async function checkAvailability(
  remote: RemoteService,
  reader: AvailabilityReader,
  fetcher: DocumentFetcher,
): Promise<Availability> {
  const { namespace, name, port } = remote.service;
  const where = `service/${name} in ${goQuote(namespace)}`;
  const found = await reader.service(namespace, name);
  if (!found) return failed('ServiceNotFound', `${where} is not present`);
  const { type = 'ClusterIP', ports = [] } = serviceView(found);
  if (type === 'ClusterIP') {
    const servicePort = ports.find((candidate) => candidate.port === port);
    if (!servicePort) return failed('ServicePortError', `${where} is not listening on port ${port}`);
    const slices = await reader.endpointSlices(namespace, name);
    if (slices.length === 0) return failed('EndpointsNotFound', `cannot find endpointslices for ${where}`);
    const portName = servicePort.name ?? '';
    if (!slices.some((slice) => hasReadyEndpoint(slice, portName))) {
      const text = `endpointslices for ${where} have no addresses with port name ${goQuote(portName)}`;
      return failed('MissingEndpoints', text);
    }
  }
  const problem = await discoveryProblem(remote, fetcher);
  if (problem !== undefined) return failed('FailedDiscoveryCheck', problem);
  return { status: 'True', reason: 'Passed', message: 'all checks passed' };
}

interface SliceView {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean | null } }[] | null;
  readonly ports?: readonly { readonly name?: string | null; readonly port?: number | null }[] | null;
}

function hasReadyEndpoint(slice: Readonly<KubeObject>, portName: string): boolean {
  // A decoded EndpointSlice.
  const { endpoints, ports } = slice as SliceView;
  return (
    (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false) &&
    (ports ?? []).some(({ name, port }) => (name ?? '') === portName && typeof port === 'number')
  );
}

async function discoveryProblem(remote: RemoteService, fetcher: DocumentFetcher): Promise<string | undefined> {
  const tries = Array.from({ length: attempts }, async () => {
    const { status, url } = await fetcher.fetch(remote, remote.path, { user: aggregatorUser, bytesMax: 0 });
    if (status < 200 || status >= 300) {
      throw new Error(`failing or missing response from ${url}: bad status from ${url}: ${status}`);
    }
  });
  try {
    await Promise.any(tries);
    return undefined;
  } catch (error) {
    const last: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
    return last instanceof Error ? last.message : String(last);
  }
}

function failed(reason: string, message: string): Availability {
  return { status: 'False', reason, message };
}
