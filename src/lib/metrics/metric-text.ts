/** Numbers for monitoring, in Prometheus' text format, version 0.0.4. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  /** Behind the metric's name: `_bucket`, `_sum` and `_count` of histograms. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

/** One line for each sample, behind what the metric is. */
export function metricText({ name, help, type, samples }: Metric): string {
  const head = `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
  return (
    head +
    samples.map(({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelText(labels)} ${value}\n`).join('')
  );
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
