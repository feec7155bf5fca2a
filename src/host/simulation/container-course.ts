/** What a simulated container does when it runs: what its command says, as far as that is understood. */
import { createHash } from 'node:crypto';
import type { KubeObject } from '../../api/object.ts';
import { environmentOf, expandReferences } from './environment.ts';
import { imageServes } from './images.ts';
import type { Container } from './pod-view.ts';
import { Exit, Forever } from './shell/control.ts';
import type { Files } from './shell/files.ts';
import { knownProgram } from './shell/programs.ts';
import { Shell, type Printed } from './shell/shell.ts';
import { NotUnderstood } from './shell/word-reader.ts';

export interface Course {
  /** Milliseconds from its start until it ends by itself; `undefined`: never. */
  readonly endsAfterMs: number | undefined;
  readonly exitCode: number;
  /** What it leaves as its termination message. */
  readonly message: string;
  /** What it prints, up to a limit: from its start, and ahead of the clock. */
  readonly printed: readonly Printed[];
  /** When it is asked to stop. */
  readonly stop: { readonly afterMs: number; readonly exitCode: number };
}

export interface CourseContext {
  readonly pod: Readonly<KubeObject>;
  readonly files: Files;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Which run of the container it is, from 0. */
  readonly run: number;
}

const messageMax = 2048;
const killed = 137;

/** `unknown`: there is no telling. Deterministic, but for the files that it finds and writes. */
export function courseOf(container: Container, context: CourseContext): Course | 'unknown' {
  const environment = environmentOf(context.pod, container);
  const expand = (words: readonly string[]): string[] =>
    words.map((word) => expandReferences(word, (name) => environment.get(name)));
  const args = expand(container.args ?? []);
  const words = [...expand(container.command ?? []), ...args];
  const [program = ''] = words;
  if (container.command === undefined || container.command.length === 0) {
    if (imageServes(container.image, args)) return served;
    // Images without an entry point of their own run their arguments.
    if (!isShell(program) && !knownProgram(program)) return 'unknown';
  }
  const { startedAt, files } = context;
  const shell = new Shell({ environment, files, startedAt, random: randomOf(container, context) });
  try {
    const exitCode = codeOf(() => shell.program(words));
    if (shell.lastUnknown) return 'unknown';
    return {
      endsAfterMs: shell.now - startedAt,
      exitCode,
      message: messageOf(container, exitCode, shell, files),
      printed: [...shell.printed],
      stop: stopping(shell),
    };
  } catch (signal) {
    if (signal instanceof NotUnderstood) return 'unknown';
    if (signal instanceof Forever) {
      const printed = [...shell.printed];
      return { endsAfterMs: undefined, exitCode: 0, message: '', printed, stop: stopping(shell) };
    }
    throw signal;
  }
}

const served: Course = {
  endsAfterMs: undefined,
  exitCode: 0,
  message: '',
  printed: [],
  stop: { afterMs: 0, exitCode: 0 },
};

function isShell(program: string): boolean {
  return /^(?:.*\/)?(?:sh|bash|ash|dash)$/.test(program);
}

function codeOf(run: () => number): number {
  try {
    return run();
  } catch (signal) {
    if (signal instanceof Exit) return signal.code;
    throw signal;
  }
}

/** What its trap says; else it is killed: the first process of a container hears no signal that it has no trap for. */
function stopping(shell: Shell): Course['stop'] {
  const from = shell.now;
  try {
    const exitCode = shell.terminate();
    if (exitCode !== undefined) return { afterMs: shell.now - from, exitCode };
  } catch (signal) {
    if (!(signal instanceof Forever || signal instanceof NotUnderstood)) throw signal;
  }
  return { afterMs: 0, exitCode: killed };
}

function messageOf(container: Container, exitCode: number, shell: Shell, files: Files): string {
  const written = files.read(container.terminationMessagePath ?? '/dev/termination-log', shell.now) ?? '';
  const fromOutput = written === '' && exitCode !== 0 && container.terminationMessagePolicy === 'FallbackToLogsOnError';
  return (fromOutput ? shell.output : written).slice(-messageMax);
}

/** Always the same numbers for a run of a container. */
function randomOf(container: Container, { pod, run }: CourseContext): () => number {
  let count = 0;
  return () => {
    const seed = `${pod.metadata.uid ?? ''}/${container.name}/${run}/${count++}`;
    return createHash('sha256').update(seed).digest().readUInt16BE(0) >>> 1;
  };
}
