/** Which containers are started again, and when. Pure. Mirrors pkg/api/v1/pod ContainerShouldRestart and kuberuntime's back-off. */
import type { Container, ContainerStatus, PodView } from './pod-view.ts';

/** Of the second restart; the first is immediate, each further one waits twice as long. */
const backOffBaseMs = 10_000;
const backOffMaxMs = 300_000;
/** A run that lasted so long is none of a row of crashes. */
const steadyMs = 600_000;

/** An init container that is started before the others and runs beside them. */
export function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

export function shouldRestart(container: Container, spec: PodView['spec'], exitCode: number): boolean {
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    const named = exitCodes?.values?.includes(exitCode) ?? false;
    if (action === 'Restart' && exitCodes && named === (exitCodes.operator === 'In')) return true;
  }
  const isInit = spec.initContainers?.includes(container) ?? false;
  const policy = container.restartPolicy ?? spec.restartPolicy ?? 'Always';
  if (policy === 'Always') return !isInit || exitCode !== 0 || isSidecar(container);
  return policy === 'OnFailure' && exitCode !== 0;
}

/** How long after its end an ended container is started again. */
export function restartDelayMs({ restartCount, state, lastState }: ContainerStatus): number {
  const ended = state.terminated ?? lastState.terminated;
  if (restartCount === 0 || !ended) return 0;
  if (Date.parse(ended.finishedAt) - Date.parse(ended.startedAt) >= steadyMs) return 0;
  return Math.min(backOffMaxMs, backOffBaseMs * 2 ** (restartCount - 1));
}
