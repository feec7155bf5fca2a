/**
 * The webhooks of one kind, as the store has their configurations now: by the configurations' names, and in their order within. Mirrors
 * apiserver pkg/admission/configuration.
 */
import type { KubeObject } from '../../../api/object.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { Store } from '../../../storage/store.ts';
import type { WebhookClientConfig } from '../../crd/definition.ts';
import type {
  StoredWebhook,
  StoredWebhookConfiguration,
} from '../../registry/resources/admissionregistration/registration.ts';
import { viewAs } from '../../registry/resources/view.ts';
import { StoreIndex } from '../store-index.ts';

/** Another object once its configuration has changed. */
export interface Webhook extends StoredWebhook {
  readonly name: string;
  /** Among all webhooks of the kind. */
  readonly key: string;
  readonly client: WebhookClientConfig;
}

export class WebhookSource {
  readonly #index: StoreIndex<WebhookIndex>;

  constructor(store: Store, logger: Logger, prefix: string) {
    this.#index = new StoreIndex({
      store,
      logger,
      make: () => new WebhookIndex(),
      kinds: [{ prefix, put: (index, name, object) => index.put(name, object) }],
    });
  }

  /** `false`: no webhook can be about the resource. Must be asked again for each write. */
  mayConcern(plural: string): boolean {
    return this.#index.known === undefined || this.#index.known.about(plural).length > 0;
  }

  /** Those that may be about the resource, in their order. A promise is rejected with what the store says. */
  about(plural: string): readonly Webhook[] | Promise<readonly Webhook[]> {
    const index = this.#index.index();
    return index instanceof Promise ? index.then((loaded) => loaded.about(plural)) : index.about(plural);
  }
}

class WebhookIndex {
  readonly #configurations = new Map<string, readonly Webhook[]>();
  /** Made anew after changes. */
  #ordered: readonly Webhook[] | undefined;
  #byPlural = new Map<string, readonly Webhook[]>();

  put(name: string, object: Readonly<KubeObject> | undefined): void {
    this.#ordered = undefined;
    if (object === undefined) this.#configurations.delete(name);
    else this.#configurations.set(name, webhooksOf(name, viewAs<StoredWebhookConfiguration>(object).webhooks ?? []));
  }

  about(plural: string): readonly Webhook[] {
    if (this.#ordered === undefined) {
      const sorted = [...this.#configurations].toSorted(([left], [right]) => (left < right ? -1 : 1));
      this.#ordered = sorted.flatMap(([, webhooks]) => webhooks);
      this.#byPlural = new Map();
    }
    const known = this.#byPlural.get(plural) ?? this.#ordered.filter((webhook) => mayBeAbout(webhook, plural));
    this.#byPlural.set(plural, known);
    return known;
  }
}

function webhooksOf(configuration: string, webhooks: readonly StoredWebhook[]): readonly Webhook[] {
  const counts = new Map<string, number>();
  return webhooks.map((webhook) => {
    const { name = '', clientConfig = {} } = webhook;
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const { url, service, caBundle } = clientConfig;
    const client: WebhookClientConfig = {
      url,
      service: service && {
        namespace: service.namespace ?? '',
        name: service.name ?? '',
        path: service.path ?? '',
        port: service.port ?? 443,
      },
      caBundle: caBundle === undefined ? undefined : Buffer.from(caBundle, 'base64').toString(),
    };
    return { ...webhook, name, key: `${configuration}/${name}/${count}`, client };
  });
}

/** Equivalent resources have the same plural. */
function mayBeAbout({ rules = [] }: StoredWebhook, plural: string): boolean {
  return rules.some(({ resources = [] }) =>
    resources.some((name) => {
      const [resource] = name.split('/', 1);
      return resource === '*' || resource === plural;
    }),
  );
}
