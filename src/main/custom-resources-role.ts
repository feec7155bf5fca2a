/** The custom resources of a role: what they need of the world. */
import { createClusterReader } from '../apiserver/admission/cluster-reader.ts';
import { CustomResources } from '../apiserver/crd/custom-resources.ts';
import { createWebhookClient } from '../apiserver/crd/webhook-client.ts';
import { webhookConverter } from '../apiserver/crd/webhook-converter.ts';
import type { ResourceCatalog } from '../apiserver/discovery/resource-catalog.ts';
import type { GenericStore } from '../apiserver/registry/generic-store.ts';
import type { ResourceRegistry } from '../apiserver/registry/resource-registry.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { webhookDialling } from './webhook-dialling.ts';

export interface CustomResourcesParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly objects: GenericStore;
  readonly resources: ResourceRegistry;
  readonly catalog: ResourceCatalog;
  /** Which addresses may be dialled; by default none of this machine. */
  readonly mayDial?: ((address: string) => boolean) | undefined;
}

export function composeCustomResources(parts: CustomResourcesParts): CustomResources {
  const { clock, random, logger, objects, resources, catalog } = parts;
  const post = createWebhookClient(webhookDialling(clock, createClusterReader(objects, resources), parts.mayDial));
  return new CustomResources({
    store: objects,
    resources,
    catalog,
    logger,
    converter: (_definition, conversion) => webhookConverter(conversion, post, random),
  });
}
