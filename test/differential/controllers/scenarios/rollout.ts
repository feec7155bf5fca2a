/** Steps of scenarios of Deployments. */
import { template } from '../objects.ts';
import type { Stage } from '../scenario.ts';

export const rolledOut = async ({ until, find, list }: Stage, name = 'web'): Promise<void> =>
  until(`${name} is rolled out`, () => {
    const { spec, status, metadata } = (find('Deployment', name) ?? { metadata: {} }) as unknown as {
      spec?: { replicas: number };
      status?: Record<string, number>;
      metadata: { generation?: number };
    };
    const wanted = spec?.replicas ?? -1;
    return (
      status?.['observedGeneration'] === metadata.generation &&
      (status?.['updatedReplicas'] ?? 0) === wanted &&
      (status?.['replicas'] ?? 0) === wanted &&
      (status?.['availableReplicas'] ?? 0) === wanted &&
      list('Pod', { app: name }).length === wanted
    );
  });

export function rolling(maxSurge: number | string, maxUnavailable: number | string) {
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
}

/** A template whose pods never become ready. */
export function stuck(name: string) {
  return { spec: { template: template('web', { 'ready-delay': '1h' }, {}, name) } };
}

export function running(name: string) {
  return { spec: { template: template('web', { 'ready-delay': '0s' }, {}, name) } };
}
