/** What plans look at in their tests: nothing is there, but for what a case says. */
import { placeOf } from '../translate/marks.ts';
import type { View } from './synced-kind.ts';

export function viewOf(change: Partial<View> = {}): View {
  return {
    place: placeOf({ tenant: 'demo', hostNamespace: 'sublet-demo' }),
    now: Date.UTC(2030, 0, 1),
    namespacesSelectedBy: () => [],
    isReferenced: () => false,
    tokenSecret: () => undefined,
    hasEnded: () => false,
    lastCopy: () => undefined,
    isOnItsWay: () => false,
    nodeTerms: { marked: [], within: [] },
    seenFromHost: () => undefined,
    isShown: () => true,
    followed: () => undefined,
    isAwaited: () => false,
    ...change,
  };
}
