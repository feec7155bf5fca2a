/** A program that is run in a simulated container by hand: it is run through at once, and what it prints is told in its own time. */
import type { ByteStream } from '../../api/exchange.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Clock } from '../../lib/clock.ts';
import { environmentOf } from './environment.ts';
import type { ContainerRun } from './container-run.ts';
import { Exit, Forever } from './shell/control.ts';
import type { Files } from './shell/files.ts';
import { Shell, type Printed } from './shell/shell.ts';
import { NotUnderstood } from './shell/word-reader.ts';

export interface Streams {
  readonly stdin: ByteStream;
  stdout(bytes: Uint8Array): Promise<void>;
  stderr(bytes: Uint8Array): Promise<void>;
}

export type Ended =
  | { readonly type: 'exited'; readonly exitCode: number }
  | { readonly type: 'failed'; readonly message: string };

export interface ProgramOptions {
  readonly pod: Readonly<KubeObject>;
  readonly run: ContainerRun;
  readonly command: readonly string[];
  readonly files: Files;
  readonly clock: Clock;
  readonly takesInput: boolean;
}

/** What a program reads before it runs; more is left out. */
const inputMax = 64 * 1024;
const notFound = 127;

export async function runProgram(options: ProgramOptions, streams: Streams, signal: AbortSignal): Promise<Ended> {
  const { command, takesInput } = options;
  if (takesInput && isInteractive(command)) return byLines(options, streams, signal);
  const input = takesInput && readsInput(command) ? await textOf(streams.stdin) : '';
  const shell = shellOf(options, input);
  const outcome = outcomeOf(shell, () => shell.program(command));
  return tell(options, shell, outcome, streams, signal);
}

/** A shell that reads its commands: each line is run when it has come. */
async function byLines(options: ProgramOptions, streams: Streams, signal: AbortSignal): Promise<Ended> {
  const files = options.files;
  let rest = '';
  let exitCode = 0;
  for await (const chunk of streams.stdin) {
    const lines = (rest + Buffer.from(chunk).toString().replaceAll('\r', '\n')).slice(0, inputMax).split('\n');
    // Ctrl-D.
    const over = lines.some((line) => line.includes('\u0004'));
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const shell = shellOf({ ...options, files }, '');
      let left = false;
      const outcome = outcomeOf(shell, () => {
        try {
          return shell.script(line);
        } catch (caught) {
          left = caught instanceof Exit;
          throw caught;
        }
      });
      const ended = await tell(options, shell, outcome, streams, signal);
      if (ended.type === 'failed') await streams.stderr(Buffer.from(`${ended.message}\n`));
      else exitCode = ended.exitCode;
      if (left || signal.aborted) return { type: 'exited', exitCode };
    }
    if (over) break;
  }
  return { type: 'exited', exitCode };
}

type Outcome =
  | { readonly type: 'exited'; readonly exitCode: number }
  | { readonly type: 'forever' }
  | { readonly type: 'failed'; readonly message: string };

function outcomeOf(shell: Shell, run: () => number): Outcome {
  try {
    const exitCode = run();
    return shell.lastUnknown ? { type: 'exited', exitCode: notFound } : { type: 'exited', exitCode };
  } catch (signal) {
    if (signal instanceof Exit) return { type: 'exited', exitCode: signal.code };
    if (signal instanceof Forever) return { type: 'forever' };
    if (signal instanceof NotUnderstood)
      return { type: 'failed', message: `the simulated shell understands no ${signal.message}` };
    throw signal;
  }
}

/** What was printed, and the end, each in its time. */
async function tell(
  { clock, command }: ProgramOptions,
  shell: Shell,
  outcome: Outcome,
  streams: Streams,
  signal: AbortSignal,
): Promise<Ended> {
  for (const { at, stream, text } of shell.printed satisfies readonly Printed[]) {
    await until(clock, at, signal);
    if (signal.aborted) return { type: 'failed', message: 'context canceled' };
    await streams[stream](Buffer.from(text));
  }
  if (outcome.type === 'failed') return outcome;
  await until(clock, outcome.type === 'forever' ? Infinity : shell.now, signal);
  if (outcome.type === 'forever') return { type: 'failed', message: 'context canceled' };
  if (shell.lastUnknown) {
    const text = `exec: ${JSON.stringify(command[0] ?? '')}: executable file not found in $PATH`;
    return { type: 'failed', message: `error executing command in container: ${text}` };
  }
  return outcome;
}

function shellOf({ pod, run, files, clock }: ProgramOptions, input: string): Shell {
  const environment = environmentOf(pod, run.container);
  return new Shell({ environment, files, startedAt: clock.now(), random: () => 4, input });
}

function isInteractive([program = '', ...args]: readonly string[]): boolean {
  return /^(?:.*\/)?(?:sh|bash|ash|dash)$/.test(program) && args.every((word) => /^-[il]+$/.test(word));
}

/** Others don't wait for what nobody may type. */
function readsInput(command: readonly string[]): boolean {
  return command.some((word) => /\b(?:cat|tee|read|tar)\b/.test(word));
}

async function textOf(stdin: ByteStream): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += Buffer.from(chunk).toString();
    if (text.length > inputMax) break;
  }
  return text.slice(0, inputMax);
}

/** `Infinity`: until `signal` aborts. */
function until(clock: Clock, at: number, signal: AbortSignal): Promise<void> {
  const forMs = at - clock.now();
  if (forMs <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = forMs === Infinity ? undefined : clock.after(forMs, () => done());
    const done = (): void => {
      timer?.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
  });
}
