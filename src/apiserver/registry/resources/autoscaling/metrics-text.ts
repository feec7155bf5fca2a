/** Targets of an autoscaler in a table cell. Mirrors printers formatHPAMetrics, v1.36. */

interface Amount {
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

type Source = 'object' | 'pods' | 'resource' | 'containerResource' | 'external';

export type Metric = { readonly type: string } & {
  readonly [key in Source]?: { readonly name?: string; readonly target?: Amount };
};

export type MetricStatus = { readonly type: string } & {
  readonly [key in Source]?: { readonly current?: Amount };
};

const shownMax = 2;

const sourceOfType: Readonly<Record<string, Source>> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
  External: 'external',
};

export function metricsText(metrics: readonly Metric[], statuses: readonly MetricStatus[]): string {
  if (metrics.length === 0) return '<none>';
  const texts = metrics.map((metric, index) => metricText(metric, statuses[index]));
  const shown = texts.slice(0, shownMax).join(', ');
  return texts.length > shownMax ? `${shown} + ${texts.length - shownMax} more...` : shown;
}

function metricText(metric: Metric, status: MetricStatus | undefined): string {
  const source = sourceOfType[metric.type];
  if (source === undefined) return '<unknown type>';
  const { name = '', target = {} } = metric[source] ?? {};
  const current = status?.[source]?.current;
  if (source === 'resource' || source === 'containerResource') {
    if (target.averageValue !== undefined) {
      return `${name}: ${current?.averageValue ?? '<unknown>'}/${target.averageValue}`;
    }
    return `${name}: ${percent(current?.averageUtilization, '<unknown>')}/${percent(target.averageUtilization, '<auto>')}`;
  }
  if (source === 'pods') return `${current?.averageValue ?? '<unknown>'}/${target.averageValue ?? '0'}`;
  if (target.averageValue !== undefined) return `${current?.averageValue ?? '<unknown>'}/${target.averageValue} (avg)`;
  return `${current?.value ?? '<unknown>'}/${target.value ?? '0'}`;
}

function percent(value: number | undefined, unknown: string): string {
  return value === undefined ? unknown : `${value}%`;
}
