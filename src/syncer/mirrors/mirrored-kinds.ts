/** Which kinds tenants may see of their host. */
import type { MirroredKind } from '../mirrored-kind.ts';
import { csidrivers } from './csidrivers.ts';
import { ingressclasses } from './ingressclasses.ts';
import { nodes } from './nodes.ts';
import { priorityclasses } from './priorityclasses.ts';
import { runtimeclasses } from './runtimeclasses.ts';
import { storageclasses } from './storageclasses.ts';

export const mirroredKinds: readonly MirroredKind[] = [
  nodes,
  storageclasses,
  csidrivers,
  ingressclasses,
  runtimeclasses,
  priorityclasses,
];
