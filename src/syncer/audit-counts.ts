/** What audits found, for monitoring. */
import type { Metric, Sample } from '../lib/metrics/metric-text.ts';
import type { AuditReport } from './audit-report.ts';

interface AuditTimes {
  /** How many objects bear the tenant's label and prove to be nobody's copy. */
  readonly unproven: number;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  readonly tookMs: number;
}

export class AuditCounts {
  readonly #findings = new Map<string, { readonly labels: Record<string, string>; value: number }>();
  readonly #stale = new Map<string, { readonly labels: Record<string, string>; value: number }>();
  #audits = 0;
  #seconds = 0;
  #last: { readonly unmended: number; readonly unproven: number; readonly endedAt: number } | undefined;

  audited({ stale, findings, unmended }: AuditReport, { unproven, endedAt, tookMs }: AuditTimes): void {
    this.#audits++;
    this.#seconds += tookMs / 1000;
    this.#last = { unmended, unproven, endedAt };
    for (const { side, resource, keys } of stale) count(this.#stale, { side, resource }, keys.length);
    for (const { resource, finding } of findings) count(this.#findings, { resource, finding }, 1);
  }

  readonly metrics = (): readonly Metric[] => [
    counter('sublet_audit_runs_total', 'Comparisons of the two sides.', [{ value: this.#audits }]),
    counter('sublet_audit_seconds_total', 'How long they took.', [{ value: this.#seconds }]),
    counter(
      'sublet_audit_findings_total',
      'Objects that were not as their loop would have them, and that no loop was at.',
      [...this.#findings.values()],
    ),
    counter('sublet_audit_stale_total', 'Objects of which a watch had told something wrong.', [
      ...this.#stale.values(),
    ]),
    gauge('sublet_audit_unmended', 'What the last audit found and was not mended soon.', this.#last?.unmended),
    gauge(
      'sublet_audit_unproven',
      "Objects on the host that bear the tenant's label and are not provably its own: nobody touches them.",
      this.#last?.unproven,
    ),
    gauge(
      'sublet_audit_last_timestamp_seconds',
      'When the last audit ended, in seconds since the epoch.',
      this.#last && this.#last.endedAt / 1000,
    ),
  ];
}

function count(
  counts: Map<string, { readonly labels: Record<string, string>; value: number }>,
  labels: Record<string, string>,
  more: number,
): void {
  const key = JSON.stringify(labels);
  const known = counts.get(key) ?? { labels, value: 0 };
  known.value += more;
  counts.set(key, known);
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: 'counter', samples };
}

function gauge(name: string, help: string, value: number | undefined): Metric {
  return { name, help, type: 'gauge', samples: value === undefined ? [] : [{ value }] };
}
