/**
 * What simulated nodes answer to who wants into their pods: logs of what scripts have printed, programs that the simulated shell knows. Nothing waits but for
 * the next line, or for a change of the pod.
 */
import type { ByteStream } from '../../api/exchange.ts';
import type { KubeObject } from '../../api/object.ts';
import { newBadRequest, newInternalError, newServiceUnavailable } from '../../api/status.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Course } from './container-course.ts';
import { lineText, linesOf, wantedLines, type LogLine, type LogOptions } from './container-log.ts';
import { loggedRun, runningRun, type ContainerRun } from './container-run.ts';
import { runProgram, type Streams, type Ended } from './exec-program.ts';
import type { PodChanges } from './pod-changes.ts';
import type { Files } from './shell/files.ts';

/** As the API server says it: `ConnectTarget`. */
export type Connecting =
  | {
      readonly subresource: 'log' | 'exec' | 'attach' | 'portforward';
      readonly pod: Readonly<KubeObject>;
      readonly options: Readonly<Record<string, unknown>>;
    }
  | { readonly subresource: 'proxy' };

export type Connected =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: ByteStream;
    }
  | {
      readonly kind: 'process';
      readonly process: { run(streams: Streams, signal: AbortSignal): Promise<Ended> };
    };

/** What the nodes know of their pods. */
export interface NodeKnowledge {
  readonly clock: Clock;
  readonly changes: PodChanges;
  /** The pod as it is now; `undefined`: it is gone. */
  pod(uid: string, namespace: string, name: string): Readonly<KubeObject> | undefined;
  course(
    pod: Readonly<KubeObject>,
    run: ContainerRun,
  ): { readonly course: Course | 'unknown'; readonly startedAt: number };
  files(pod: Readonly<KubeObject>, run: ContainerRun): Files;
}

export interface SimulatedConnections {
  /** @throws StatusError */
  connect(target: Connecting, request: { readonly signal: AbortSignal }): Promise<Connected>;
}

export function createSimulatedConnections(nodes: NodeKnowledge): SimulatedConnections {
  // Not async: what is thrown rejects all the same.
  return { connect: async (target, { signal }) => Promise.resolve(connected(nodes, target, signal)) };
}

function connected(nodes: NodeKnowledge, target: Connecting, signal: AbortSignal): Connected {
  if (target.subresource === 'proxy') {
    throw newServiceUnavailable('error trying to reach service: simulated pods serve nothing');
  }
  const { subresource, pod, options } = target;
  if (subresource === 'portforward')
    throw newBadRequest('simulated pods serve nothing: there is no port to forward to');
  const name = typeof options['container'] === 'string' ? options['container'] : '';
  if (subresource === 'log') {
    const run = loggedRun(pod, name, options['previous'] === true);
    const body = logOf(nodes, pod, run, options, signal);
    return { kind: 'response', status: 200, headers: { 'content-type': 'text/plain' }, body };
  }
  const run = runningRun(pod, name);
  if (!run) throw newInternalError(`unable to upgrade connection: container not found (${JSON.stringify(name)})`);
  if (subresource === 'attach') return { kind: 'process', process: attachment(nodes, pod, run) };
  const command = Array.isArray(options['command']) ? options['command'].map(String) : [];
  if (command.length === 0) throw newBadRequest('you must specify at least 1 argument as the command');
  const files = nodes.files(pod, run);
  const { clock } = nodes;
  return {
    kind: 'process',
    process: {
      run: (streams, ended) =>
        runProgram({ pod, run, command, files, clock, takesInput: options['stdin'] === true }, streams, ended),
    },
  };
}

async function* logOf(
  nodes: NodeKnowledge,
  pod: Readonly<KubeObject>,
  run: ContainerRun,
  options: LogOptions,
  signal: AbortSignal,
): ByteStream {
  const { clock } = nodes;
  const { course } = nodes.course(pod, run);
  const began = clock.now();
  let left = options.limitBytes ?? Infinity;
  const lines = course === 'unknown' ? [] : wantedLines(linesOf(course.printed), options, began);
  const wanted = options.follow === true ? lines : lines.filter(({ at }) => at <= began);
  for await (const line of inTime(nodes, pod, run, wanted, options.follow === true, signal)) {
    const bytes = Buffer.from(lineText(line, options)).subarray(0, left);
    left -= bytes.length;
    yield bytes;
    if (left <= 0) return;
  }
}

/** Sees what is printed from now on. Input goes nowhere: no script reads any. */
function attachment(nodes: NodeKnowledge, pod: Readonly<KubeObject>, run: ContainerRun) {
  return {
    async run(streams: Streams, signal: AbortSignal): Promise<Ended> {
      const { course } = nodes.course(pod, run);
      const now = nodes.clock.now();
      const lines = course === 'unknown' ? [] : linesOf(course.printed).filter(({ at }) => at > now);
      for await (const { stream, text } of inTime(nodes, pod, run, lines, true, signal)) {
        await streams[stream](Buffer.from(text));
      }
      return { type: 'exited', exitCode: 0 };
    },
  };
}

/** Each line when its time has come. `follow`: to the end of the run, be there more lines or not. */
async function* inTime(
  nodes: NodeKnowledge,
  pod: Readonly<KubeObject>,
  run: ContainerRun,
  lines: readonly LogLine[],
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const { clock, changes } = nodes;
  const { uid = '', namespace = '', name = '' } = pod.metadata;
  const isRunning = (): boolean => {
    const now = nodes.pod(uid, namespace, name);
    const current = now && runningRun(now, run.container.name);
    return current?.run === run.run;
  };
  let next = 0;
  for (;;) {
    if (signal.aborted) return;
    // Looked at before the lines: what was printed until the end is shown.
    const over = !follow || !isRunning();
    for (let line = lines[next]; line && line.at <= clock.now(); line = lines[next]) {
      yield line;
      next++;
    }
    if (over) return;
    const due = lines[next];
    await changes.wait(uid, clock, due && due.at - clock.now(), signal);
  }
}
