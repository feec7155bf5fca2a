/** Which kinds tenants may see of their host. */
import type { MirroredKind } from '../mirrored-kind.ts';
import { configmaps } from './configmaps.ts';
import { csidrivers } from './csidrivers.ts';
import { csinodes } from './csinodes.ts';
import { gatewayclasses } from './gatewayclasses.ts';
import { ingressclasses } from './ingressclasses.ts';
import { nodes } from './nodes.ts';
import { priorityclasses } from './priorityclasses.ts';
import { runtimeclasses } from './runtimeclasses.ts';
import { secrets } from './secrets.ts';
import { storageclasses } from './storageclasses.ts';
import { volumesnapshotclasses } from './volumesnapshotclasses.ts';

export const mirroredKinds: readonly MirroredKind[] = [
  nodes,
  storageclasses,
  csidrivers,
  ingressclasses,
  runtimeclasses,
  priorityclasses,
  csinodes,
  gatewayclasses,
  volumesnapshotclasses,
  configmaps,
  secrets,
];
