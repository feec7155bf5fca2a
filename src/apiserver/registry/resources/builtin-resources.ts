/** The built-in resources that have a file: what code adds to their schemas. */
import type { ResourceDefinition } from '../resource-definition.ts';
import { events } from './core/events.ts';
import { nodes } from './core/nodes.ts';
import { pods } from './core/pods.ts';
import { services } from './core/services.ts';

export const builtinResourceDefinitions: readonly ResourceDefinition[] = [pods, services, nodes, events];
