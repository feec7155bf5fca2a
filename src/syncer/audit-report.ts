/** What an audit found. */
import type { Side } from '../api/side.ts';
import type { Finding } from './audited-loop.ts';

export interface StaleInformer {
  readonly side: Side;
  readonly resource: string;
  /** Of which it showed something wrong. */
  readonly keys: readonly string[];
}

export interface AuditReport {
  /** Informers that were wrong, and read anew. */
  readonly stale: readonly StaleInformer[];
  readonly findings: readonly { readonly resource: string; readonly key: string; readonly finding: Finding }[];
  /** Those of them that were there still when the loops had had their time. */
  readonly unmended: number;
}
