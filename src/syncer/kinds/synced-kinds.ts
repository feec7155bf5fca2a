/** Which kinds are synced. */
import { allOn, switchedOn } from '../../lib/switches.ts';
import type { DefinedKind } from '../custom/defined-kind.ts';
import { definedKinds } from '../defined/defined-kinds.ts';
import type { SyncedKind } from '../synced-kind.ts';
import { configmaps } from './configmaps.ts';
import { endpoints } from './endpoints.ts';
import { endpointslices } from './endpointslices.ts';
import { ingresses } from './ingresses.ts';
import { networkpolicies } from './networkpolicies.ts';
import { persistentvolumeclaims } from './persistentvolumeclaims.ts';
import { poddisruptionbudgets } from './poddisruptionbudgets.ts';
import { pods } from './pods.ts';
import { priorityclasses } from './priorityclasses.ts';
import { secrets } from './secrets.ts';
import { serviceaccounts } from './serviceaccounts.ts';
import { services } from './services.ts';
import { storageclasses } from './storageclasses.ts';

/** All that can be. */
export const syncedKinds: readonly SyncedKind[] = [
  configmaps,
  secrets,
  services,
  endpoints,
  endpointslices,
  persistentvolumeclaims,
  ingresses,
  networkpolicies,
  poddisruptionbudgets,
  priorityclasses,
  storageclasses,
  serviceaccounts,
  pods,
];

/**
 * Those that are switched on, in the notation of `--sync`: `['*', '-secrets', 'ingresses']`.
 * @throws Error for a kind that can't be synced
 */
export function kindsSwitchedOn(sync: readonly string[] = allOn): readonly SyncedKind[] {
  const on = pluralsSwitchedOn(sync);
  return syncedKinds.filter(({ gvr }) => on.includes(gvr.resource));
}

/** In the same way, of those that come from definitions. */
export function definedKindsSwitchedOn(sync: readonly string[] = allOn): readonly DefinedKind[] {
  const on = pluralsSwitchedOn(sync);
  return definedKinds.filter(({ plural }) => on.includes(plural));
}

function pluralsSwitchedOn(sync: readonly string[]): readonly string[] {
  const plurals = [...syncedKinds.map(({ gvr }) => gvr.resource), ...definedKinds.map(({ plural }) => plural)];
  return switchedOn('synced kinds', plurals, sync, offByDefault);
}

/** The plurals of those that `*` does not switch on. */
export const offByDefault: readonly string[] = [
  ...syncedKinds.filter(({ byDefault }) => byDefault === false).map(({ gvr }) => gvr.resource),
  ...definedKinds.map(({ plural }) => plural),
];
