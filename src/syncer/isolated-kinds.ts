/** The synced kinds of a tenant under its operator's policy. */
import type { IsolationPolicy } from '../translate/policy/policy.ts';
import type { SyncedKind } from './synced-kind.ts';

/** Plans of each see the policy. Without one, the kinds as they are. */
export function isolatedKinds(
  kinds: readonly SyncedKind[],
  isolation: IsolationPolicy | undefined,
): readonly SyncedKind[] {
  if (!isolation) return kinds;
  return kinds.map((kind) => ({
    ...kind,
    plan: (key, observed, view) => kind.plan(key, observed, { ...view, isolation }),
  }));
}
