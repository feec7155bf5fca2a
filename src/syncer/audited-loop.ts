/** What an auditor sees of a loop: what it would do, if it looked. */
import type { WorkQueue } from '../controller/work-queue.ts';
import { unreachable } from '../lib/unreachable.ts';
import type { Action, Plan } from './action.ts';
import { UnreadError } from './unread-error.ts';

/**
 * - `missing`: what is to be on the host isn't
 * - `leftover`: what is on the host is nobody's copy any more, or that of an earlier object
 * - `stale`: a copy isn't as it should be
 * - `untold`: the tenant doesn't see what is on the host
 * - `outlived`: the tenant sees what has ended on the host
 * - `tokens`: a pod's tokens are missing or overdue
 */
export type Finding = 'missing' | 'leftover' | 'stale' | 'untold' | 'outlived' | 'tokens';

export interface AuditedLoop {
  /** The plural of its kind. */
  readonly resource: string;
  readonly queue: Pick<WorkQueue, 'add' | 'isUnderWay'>;
  /** Of all that either side shows; some more than once. */
  keys(): Iterable<string>;
  /** The plan of a key as it would be now. Nothing is done. */
  planOf(key: string): Plan;
}

/** What is wrong with a key; `undefined`: nothing, or the loop is at it already, or can't be. */
export function findingOf({ queue, planOf }: AuditedLoop, key: string): Finding | undefined {
  if (queue.isUnderWay(key)) return undefined;
  try {
    const [first] = planOf(key).actions;
    return first && kindOf(first);
  } catch (error) {
    if (error instanceof UnreadError) return undefined;
    throw error;
  }
}

function kindOf(action: Action): Finding {
  switch (action.type) {
    case 'create-host':
      return 'missing';
    case 'delete-host':
      return 'leftover';
    case 'update-host':
    case 'patch-host':
      return 'stale';
    case 'create-tenant':
    case 'update-tenant':
    case 'update-tenant-status':
    case 'bind-tenant-pod':
      return 'untold';
    case 'delete-tenant':
      return 'outlived';
    case 'write-tokens':
      return 'tokens';
    default:
      return unreachable(action);
  }
}
