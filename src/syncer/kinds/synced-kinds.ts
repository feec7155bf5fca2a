/** Which kinds are synced. */
import type { SyncedKind } from '../synced-kind.ts';
import { configmaps } from './configmaps.ts';
import { pods } from './pods.ts';
import { secrets } from './secrets.ts';
import { services } from './services.ts';

export const syncedKinds: readonly SyncedKind[] = [configmaps, secrets, services, pods];
