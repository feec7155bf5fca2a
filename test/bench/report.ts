/** What a benchmark found, as a table for people and as JSON for programs. Nothing here judges: a figure beside its aim speaks for itself. */
import { loadAverages } from './process-tree.ts';

export interface Figure {
  /** `cold start, CPU`. */
  readonly what: string;
  /** `s`, `ms`, `MiB`, `%`. */
  readonly unit: string;
  readonly ours: number;
  /** The same of kube-apiserver and etcd, measured in the same run; absent where there is no such thing. */
  readonly upstream?: number;
  /** What we want to stay below. */
  readonly aim?: number;
}

export interface Report {
  readonly name: string;
  /** What was measured, in a sentence. */
  readonly about: string;
  readonly figures: readonly Figure[];
}

export interface BenchOptions {
  /** The built `sublet.cjs`. */
  readonly program: string;
  /** Tells what goes on. */
  readonly say: (text: string) => void;
}

export type Bench = (options: BenchOptions) => Promise<Report>;

export interface TimedReport extends Report {
  readonly seconds: number;
  /** The machine's load averages, before and after: other work disturbs wall times. */
  readonly loadBefore: string;
  readonly loadAfter: string;
}

export async function runBench(bench: Bench, options: BenchOptions): Promise<TimedReport> {
  const loadBefore = loadAverages();
  const start = performance.now();
  const report = await bench(options);
  return { ...report, seconds: (performance.now() - start) / 1000, loadBefore, loadAfter: loadAverages() };
}

export function reportText(report: TimedReport): string {
  const rows = report.figures.map(({ what, unit, ours, upstream, aim }) => [
    what,
    unit,
    numberText(ours),
    upstream === undefined ? '' : numberText(upstream),
    upstream === undefined || ours === 0 ? '' : `1/${numberText(upstream / ours)}`,
    aim === undefined ? '' : `≤ ${numberText(aim)}`,
  ]);
  const table = [['', '', 'ours', 'upstream', 'ratio', 'aim'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const load = `load ${report.loadBefore} before, ${report.loadAfter} after`;
  return [`${report.name}: ${report.about}`, ...lines, `(${report.seconds.toFixed(0)} s; ${load})`, ''].join('\n');
}

/** Three significant digits. */
function numberText(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
