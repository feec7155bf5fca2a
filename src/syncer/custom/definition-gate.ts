/**
 * Waits until both sides serve a custom resource, and has something run as long as they do. A tenant that lacks the definition gets the host's, and follows
 * it; one that has its own keeps it. A definition that goes from the host stays in the tenant: with it would go what the tenant has stored.
 */
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import type { Client } from '../../client/client.ts';
import { InformerFactory, type InformerFactoryOptions } from '../../client/informer-factory.ts';
import type { Informer } from '../../client/informer.ts';
import { Controller, done } from '../../controller/controller.ts';
import type { WorkQueueMetrics } from '../../controller/work-queue.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { Service } from '../../lib/service.ts';
import { definitionAfterHost, servedOnBoth, type ServedResource } from '../../translate/custom/definitions.ts';
import { definitions } from './defined-kind.ts';

export interface DefinitionGateOptions {
  /** `crontabs.example.com`. */
  readonly definition: string;
  readonly version?: string | undefined;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly tenant: Client<'tenant'>;
  readonly host: Client<'host'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics?: WorkQueueMetrics | undefined;
  /** Whatever is to run as long as both serve it. */
  readonly open: (served: ServedResource) => Service;
  /** Told when it is known that there is nothing (any more). */
  readonly closed: () => void;
}

const retryMaxMs = 60_000;

export class DefinitionGate implements Service {
  readonly name: string;
  readonly controller: Controller;
  readonly #options: DefinitionGateOptions;
  readonly #factories: readonly [InformerFactory<'tenant'>, InformerFactory<'host'>];
  readonly #tenantDefinition: Informer<'tenant'>;
  readonly #hostDefinition: Informer<'host'>;
  #running: { readonly key: string; readonly service: Service } | undefined;
  #isStopped = false;

  constructor(options: DefinitionGateOptions) {
    const { definition, clock, random, logger, metrics } = options;
    this.#options = options;
    this.name = `gate of ${definition}`;
    const selection = { gvr: definitions, fieldSelector: `metadata.name=${definition}` };
    const rest: Omit<InformerFactoryOptions<'host'>, 'client'> = { clock, random, logger };
    this.#factories = [
      new InformerFactory({ ...rest, client: options.tenant }),
      new InformerFactory({ ...rest, client: options.host }),
    ];
    this.#tenantDefinition = this.#factories[0].informer(selection);
    this.#hostDefinition = this.#factories[1].informer(selection);
    this.controller = new Controller({
      name: `definition ${definition}`,
      reconcile: async () => {
        await this.#reconcile();
        return done;
      },
      clock,
      logger,
      concurrency: 1,
      retryMaxMs,
      ...(metrics ? { metrics } : {}),
    });
    const add = (): void => this.controller.queue.add(definition);
    const handler = { onAdd: add, onUpdate: add, onDelete: add };
    this.#tenantDefinition.addHandler(handler);
    this.#hostDefinition.addHandler(handler);
  }

  /** Doesn't wait: the host may not be there yet. */
  async start(): Promise<void> {
    for (const factory of this.#factories) await factory.start();
    void Promise.all([this.#tenantDefinition.whenSynced(), this.#hostDefinition.whenSynced()]).then(async () => {
      if (this.#isStopped) return;
      this.controller.queue.add(this.#options.definition);
      await this.controller.start();
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.controller.stop();
    await Promise.all(this.#factories.map((factory) => factory.stop()));
    await this.#running?.service.stop();
    this.#running = undefined;
  }

  async #reconcile(): Promise<void> {
    const { definition, version, scope, logger } = this.#options;
    const host = this.#hostDefinition.get(definition);
    const tenant = this.#tenantDefinition.get(definition);
    if (host) {
      const wanted = definitionAfterHost(host, tenant);
      if (wanted !== tenant) await this.#write(wanted, tenant !== undefined);
    }
    const served = servedOnBoth(host, tenant, version);
    if (served && served.scope !== scope)
      logger.warn({ definition, scope: served.scope }, 'it is not carried: its scope is another than was said');
    await this.#run(served?.scope === scope ? served : undefined);
  }

  async #write(wanted: On<'tenant', KubeObject>, isThere: boolean): Promise<void> {
    const resource = this.#options.tenant.resource(definitions);
    await (isThere ? resource.update(wanted) : resource.create(wanted));
  }

  async #run(served: ServedResource | undefined): Promise<void> {
    const key = JSON.stringify(served ?? null);
    if (this.#running?.key === key) return;
    const before = this.#running;
    this.#running = undefined;
    await before?.service.stop();
    if (this.#isStopped) return;
    if (!served) return this.#options.closed();
    const service = this.#options.open(served);
    this.#running = { key, service };
    await service.start();
  }
}
