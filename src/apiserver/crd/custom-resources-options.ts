import type { Logger } from '../../lib/logger.ts';
import type { ResourceCatalog } from '../discovery/resource-catalog.ts';
import type { GenericStore } from '../registry/generic-store.ts';
import type { ResourceRegistry } from '../registry/resource-registry.ts';
import type { Converter } from './converter.ts';
import type { Conversion, Definition } from './definition.ts';

export interface CustomResourcesOptions {
  readonly store: GenericStore;
  readonly resources: ResourceRegistry;
  readonly catalog: ResourceCatalog;
  readonly logger: Logger;
  /** For definitions whose versions are converted by a webhook. */
  converter(definition: Definition, conversion: Extract<Conversion, { strategy: 'Webhook' }>): Converter;
}
