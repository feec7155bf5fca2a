/** Which kinds tenants may see of their host. */
import type { MirroredKind } from '../mirrored-kind.ts';
import { nodes } from './nodes.ts';

export const mirroredKinds: readonly MirroredKind[] = [nodes];
