/** All attacks on rights. */
import type { Family } from '../attack.ts';
import { byAggregation } from './by-aggregation.ts';
import { byBinding } from './by-binding.ts';
import { byRole } from './by-role.ts';
import { byVerb } from './by-verb.ts';
import { byWildcard } from './by-wildcard.ts';

export const rbacAttacks: readonly Family[] = [byRole, byBinding, byAggregation, byWildcard, byVerb];
