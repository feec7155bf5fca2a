/** Events that go with what becomes of a simulated pod, in a kubelet's words. Pure. */
import type { KubeObject } from '../../api/object.ts';
import type { Container } from './pod-view.ts';

export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Absent: it is about the whole pod. */
  readonly container?: string;
}

export function startEvents({ name, image }: Container): PodEvent[] {
  const present = `Container image "${image}" already present on machine and can be accessed by the pod`;
  return [
    normal('Pulled', present, name),
    normal('Created', 'Container created', name),
    normal('Started', 'Container started', name),
  ];
}

export function imageEvents({ name, image }: Container, reason: string): PodEvent[] {
  return [
    { type: 'Warning', reason: 'Failed', message: `Error: ${reason}`, container: name },
    normal('BackOff', `Back-off pulling image "${image}"`, name),
  ];
}

export function backOffEvent({ name }: Container, { metadata }: Readonly<KubeObject>): PodEvent {
  const pod = `${metadata.name ?? ''}_${metadata.namespace ?? ''}(${metadata.uid ?? ''})`;
  const message = `Back-off restarting failed container ${name} in pod ${pod}`;
  return { type: 'Warning', reason: 'BackOff', message, container: name };
}

export function killingEvent(container: string): PodEvent {
  return normal('Killing', `Stopping container ${container}`, container);
}

export function changedEvent(container: string): PodEvent {
  return normal('Killing', `Container ${container} definition changed, will be restarted`, container);
}

export function normal(reason: string, message: string, container?: string): PodEvent {
  return { type: 'Normal', reason, message, ...(container === undefined ? {} : { container }) };
}
