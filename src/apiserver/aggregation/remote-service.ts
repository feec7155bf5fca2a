/** A group version that another server serves, as its APIService says. */
import type { ApiService, ServiceReference } from './api-service.ts';
import { availableCondition } from './api-service.ts';
import { ExtensionServer, type FrontProxyCredentials } from './extension-server.ts';
import { serviceOf } from './service-resolver.ts';

export class RemoteService {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly service: Required<ServiceReference>;
  readonly serverName: string;
  readonly server: ExtensionServer;
  /** What its status says: nothing is passed on otherwise. */
  available: boolean;
  /** Requests under way. */
  inFlight = 0;
  readonly #spec: string;

  /** `undefined`: it is a local one. */
  static of(object: ApiService, frontProxy: FrontProxyCredentials | undefined): RemoteService | undefined {
    const service = serviceOf(object);
    return service && new RemoteService(object, service, frontProxy);
  }

  private constructor(
    object: ApiService,
    service: Required<ServiceReference>,
    frontProxy: FrontProxyCredentials | undefined,
  ) {
    const { metadata, spec = {} } = object;
    this.name = metadata.name ?? '';
    this.group = spec.group ?? '';
    this.version = spec.version ?? '';
    this.service = service;
    this.serverName = `${service.name}.${service.namespace}.svc`;
    this.server = new ExtensionServer(spec, this.serverName, frontProxy);
    this.available = availableCondition(object)?.status === 'True';
    this.#spec = specText(object);
  }

  /** Whether `object` still says the same of how it is reached. */
  isFor(object: ApiService): boolean {
    return this.#spec === specText(object);
  }

  /** `/apis/example.com/v1`, `/api/v1`. */
  get path(): string {
    return this.group === '' ? `/api/${this.version}` : `/apis/${this.group}/${this.version}`;
  }
}

function specText({ metadata, spec }: ApiService): string {
  return JSON.stringify([metadata.name, spec]);
}
