/** All that is in a cluster, followed as it changes. */
import type { KubeObject } from '../../../src/api/object.ts';
import { InformerFactory } from '../../../src/client/informer-factory.ts';
import type { Informer } from '../../../src/client/informer.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { realClock } from '../../../src/main/real-clock.ts';
import { realRandom } from '../../../src/main/real-random.ts';
import type { Cluster } from './cluster.ts';
import { clusterKinds, kinds, namespacedKinds, type KindName } from './kinds.ts';

export class Observer {
  readonly #factory: InformerFactory<'host'>;
  readonly #informers: ReadonlyMap<string, Informer<'host'>>;

  constructor({ client }: Cluster) {
    this.#factory = new InformerFactory({
      client,
      clock: realClock,
      random: realRandom,
      logger: silentLogger,
      transform: () => undefined,
    });
    this.#informers = new Map(
      Object.entries(kinds).map(([name, gvr]) => [name, this.#factory.informer({ gvr })] as const),
    );
  }

  async start(): Promise<void> {
    await this.#factory.start();
    await this.#factory.whenSynced();
  }

  stop(): Promise<void> {
    return this.#factory.stop();
  }

  /** `namespace` absent: of all, or of none. */
  list(kind: KindName, namespace?: string): readonly KubeObject[] {
    return this.#informers.get(kind)?.list(namespace) ?? [];
  }

  /** What is to be compared of a scenario: what is in its namespace, and what has its name in none. */
  all(namespace: string): KubeObject[] {
    const inside = Object.keys(namespacedKinds).flatMap((kind) => this.list(kind as KindName, namespace));
    const outside = Object.keys(clusterKinds).flatMap((kind) =>
      this.list(kind as KindName).filter(({ metadata }) => belongs(metadata.name, namespace)),
    );
    return [...inside, ...outside];
  }

  events(namespace: string): KubeObject[] {
    const outside = this.list('Event', 'default').filter(({ involvedObject }) =>
      belongs((involvedObject as { readonly name?: string } | undefined)?.name, namespace),
    );
    return [...this.list('Event', namespace), ...outside];
  }
}

function belongs(name: string | undefined, namespace: string): boolean {
  return name === namespace || name?.startsWith(`${namespace}-`) === true;
}
