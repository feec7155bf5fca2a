/**
 * What a simulated pod is to do, as its annotations say. What they don't say, its containers' commands do (`container-course.ts`); where these say
 * nothing, it starts at once, becomes ready, and runs until it is deleted; if its restart policy isn't `Always`, it ends well after a second, as a
 * job's pod would.
 */
import type { KubeObject } from '../../api/object.ts';

export interface Script {
  /** From the node's taking the pod on until its containers run. */
  readonly startDelayMs: number;
  /** From running until ready. */
  readonly readyDelayMs: number;
  /** From running until the containers exit by themselves; `undefined`: as their commands say. */
  readonly runForMs: number | undefined;
  /** `undefined`: as their commands say. */
  readonly exitCode: number | undefined;
  /** How long containers take to stop when they are asked to; at most the grace period counts. */
  readonly stopDelayMs: number;
  /** The containers never start: they wait with this reason (`ImagePullBackOff`). */
  readonly waitingReason: string | undefined;
  /** Conditions that are what the annotation says, whatever happens. */
  readonly conditions: Readonly<Record<string, 'True' | 'False' | 'Unknown'>>;
}

export interface ScriptDefaults {
  readonly startDelayMs: number;
  readonly readyDelayMs: number;
  readonly stopDelayMs: number;
}

const prefix = 'simulation.sublet.dev/';

export function simulationAnnotation(pod: Readonly<KubeObject>, name: string): string | undefined {
  return pod.metadata.annotations?.[prefix + name];
}

/** Never throws: an annotation that makes no sense counts as absent. */
export function scriptOf(pod: Readonly<KubeObject>, defaults: ScriptDefaults): Script {
  const annotation = (name: string): string | undefined => simulationAnnotation(pod, name);
  return {
    startDelayMs: duration(annotation('start-delay')) ?? defaults.startDelayMs,
    readyDelayMs: duration(annotation('ready-delay')) ?? defaults.readyDelayMs,
    runForMs: duration(annotation('run-for')),
    exitCode: exitCode(annotation('exit-code')),
    stopDelayMs: duration(annotation('stop-delay')) ?? defaults.stopDelayMs,
    waitingReason: annotation('waiting-reason'),
    conditions: conditions(annotation('conditions')),
  };
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `150ms`, `2s`, `1.5m`. */
function duration(text: string | undefined): number | undefined {
  const match = text?.match(/^(\d+(?:\.\d+)?)(ms|s|m|h)$/);
  const unit = unitsMs[match?.[2] ?? ''];
  return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}

function exitCode(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}

/** `Ready=False,DiskPressure=Unknown`. */
function conditions(text: string | undefined): Script['conditions'] {
  const found: Record<string, 'True' | 'False' | 'Unknown'> = {};
  for (const part of text?.split(',') ?? []) {
    const [type = '', status] = part.trim().split('=');
    if (type !== '' && (status === 'True' || status === 'False' || status === 'Unknown')) found[type] = status;
  }
  return found;
}
