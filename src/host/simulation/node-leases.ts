import { StatusError } from '../../api/status.ts';
import type { Client } from '../../client/client.ts';
import { microTimestamp, type Clock, type Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Service } from '../../lib/service.ts';
import type { NodeShape } from './node-object.ts';

const leases = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
const namespace = 'kube-node-lease';
const durationSeconds = 40;
const renewMs = 10_000;

/** Renews the nodes' leases, as kubelets do: a node whose lease ends is taken for dead. */
export class NodeLeases implements Service {
  readonly name = 'node leases';
  readonly #host: Client<'host'>;
  readonly #nodes: readonly NodeShape[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  #timer: Timer | undefined;
  #renewing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(host: Client<'host'>, nodes: readonly NodeShape[], clock: Clock, logger: Logger) {
    this.#host = host;
    this.#nodes = nodes;
    this.#clock = clock;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    await this.#renewAll();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#renewing;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = this.#clock.after(renewMs, () => {
      this.#renewing = this.#renewAll().then(() => this.#schedule());
    });
  }

  async #renewAll(): Promise<void> {
    for (const { name } of this.#nodes) {
      try {
        await this.#renew(name);
      } catch (error) {
        this.#logger.warn({ err: error, node: name }, 'renewing a node lease failed; trying again');
      }
    }
  }

  async #renew(name: string): Promise<void> {
    const spec = {
      holderIdentity: name,
      leaseDurationSeconds: durationSeconds,
      renewTime: microTimestamp(this.#clock.now()),
    };
    const resource = this.#host.resource(leases, namespace);
    try {
      await resource.patch(name, 'merge', { spec });
    } catch (error) {
      if (!(error instanceof StatusError) || error.status.code !== 404) throw error;
      await resource.create({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace },
        spec,
      });
    }
  }
}
