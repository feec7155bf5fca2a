/**
 * Runs a script through at once, ahead of the clock: its sleeps only move its own time. So what a container will do is known when it starts, and
 * nothing has to wait beside it. Steps, texts and depths have limits; a script that goes on beyond them counts as one that never ends.
 */
import type { Files } from './files.ts';
import { knownProgram, type Process } from './programs.ts';
import { matchesGlob } from './glob.ts';
import { parseScript, sourceMax } from './parse.ts';
import type { Command, Link, Redirect } from './syntax.ts';
import { NotUnderstood } from './word-reader.ts';
import { expandFields, expandText, type Expanding } from './expansion.ts';
import { Breaking, Exit, Forever, Returning } from './control.ts';

export interface ShellOptions {
  readonly environment: ReadonlyMap<string, string>;
  readonly files: Files;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** `$RANDOM`: from 0 to 32767. */
  readonly random: () => number;
  /** What can be read from its standard input. Default: nothing. */
  readonly input?: string;
}

/** What went to the outside, and when. */
export interface Printed {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

const stepsMax = 10_000;
const callsMax = 10;
const outputMax = 4096;
/** What is printed beyond it is not kept: a script that prints for ever must not fill the memory ahead of its time. */
const printedMax = 16_384;
const variablesMax = 256;

/** One program of a container, with all that it starts. */
export class Shell {
  readonly #files: Files;
  readonly #random: () => number;
  readonly #functions = new Map<string, Command>();
  #variables: Map<string, string>;
  #positional: readonly string[] = [];
  #now: number;
  #steps = 0;
  #calls = 0;
  #status = 0;
  #exitOnFailure = false;
  #output = '';
  #input: string;
  readonly #printedOutside: Printed[] = [];
  #printedLength = 0;
  /** Depth of what is read by somebody within. */
  #captured = 0;
  /** When the programs behind `&` are all done. */
  #backgroundUntil = 0;
  #onTerm: string | undefined;
  /** The last program was none that is known. */
  lastUnknown = false;

  constructor(options: ShellOptions) {
    this.#files = options.files;
    this.#random = options.random;
    this.#now = options.startedAt;
    this.#variables = new Map(options.environment);
    this.#input = options.input ?? '';
  }

  get now(): number {
    return this.#now;
  }

  /** The end of what was printed. */
  get output(): string {
    return this.#output;
  }

  /** All that was printed, from its beginning, within a limit. */
  get printed(): readonly Printed[] {
    return this.#printedOutside;
  }

  /**
   * Does what `trap` has set for SIGTERM, from where the script has come. `undefined`: nothing is set, or it doesn't end there.
   * @throws Forever, NotUnderstood
   */
  terminate(): number | undefined {
    if (this.#onTerm === undefined || this.#onTerm === '') return undefined;
    this.#steps = 0;
    this.#calls = 0;
    try {
      this.script(this.#onTerm);
      return undefined;
    } catch (signal) {
      if (signal instanceof Exit) return signal.code;
      throw signal;
    }
  }

  /** Runs a program with its arguments. Returns its exit code. @throws Exit, Forever, NotUnderstood */
  program(words: readonly string[]): number {
    const [name = '', ...args] = words;
    const script = scriptOfShell(words);
    this.#count();
    this.lastUnknown = false;
    if (script) return this.#shell(script);
    if (name === 'exec') throw new Exit(args.length === 0 ? 0 : this.program(args));
    if (/^(?:.*\/)?env$/.test(name) && args.length > 0) return this.#withVariables(args);
    const program = knownProgram(name);
    if (program) return program(args, this.#process());
    this.lastUnknown = !/^(?:.*\/)?(?:sh|bash|ash|dash)$/.test(name) || args.length > 0;
    return 0;
  }

  /** `env NAME=VALUE… PROGRAM ARG…` */
  #withVariables(args: readonly string[]): number {
    const at = args.findIndex((word) => !/^\w+=/.test(word));
    return this.#subshell(() => {
      for (const word of at < 0 ? args : args.slice(0, at)) {
        const equals = word.indexOf('=');
        this.#assign(word.slice(0, equals), word.slice(equals + 1));
      }
      return this.program(at < 0 ? ['env'] : args.slice(at));
    });
  }

  /** Runs a script in this shell. */
  script(text: string): number {
    return this.#run(parseScript(text));
  }

  #shell({ text, positional, exitOnFailure }: ShellScript): number {
    return this.#subshell(() => {
      this.#positional = positional;
      this.#exitOnFailure = exitOnFailure;
      return this.script(text);
    });
  }

  #run(command: Command): number {
    this.#count();
    this.#status = this.#runOne(command);
    return this.#status;
  }

  #runOne(command: Command): number {
    switch (command.type) {
      case 'simple':
        return this.#simple(command);
      case 'list': {
        let status = 0;
        for (const one of command.commands) {
          status = this.#run(one);
          if (status !== 0 && this.#exitOnFailure && one.type !== 'chain') throw new Exit(status);
        }
        return status;
      }
      case 'chain':
        return this.#chain(command.first, command.rest);
      case 'pipeline':
        return this.#pipeline(command.commands, command.negated);
      case 'background':
        return this.#background(command.command);
      case 'if': {
        const branch = command.branches.find(({ condition }) => this.#tested(condition) === 0);
        const body = branch ? branch.body : command.otherwise;
        return body ? this.#run(body) : 0;
      }
      case 'loop':
        return this.#loop(command.body, () => (this.#tested(command.condition) === 0) !== command.until);
      case 'for': {
        const values = command.words.flatMap((word) => expandFields(word, this.#expanding()));
        let at = 0;
        return this.#loop(command.body, () => {
          const value = values[at++];
          if (value !== undefined) this.#assign(command.name, value);
          return value !== undefined;
        });
      }
      case 'case': {
        const text = expandText(command.word, this.#expanding());
        const arm = command.arms.find(({ patterns }) =>
          patterns.some((pattern) => matchesGlob(expandText(pattern, this.#expanding()), text)),
        );
        return arm ? this.#run(arm.body) : 0;
      }
      case 'group':
        return this.#redirected(command.redirects, () =>
          command.subshell ? this.#subshell(() => this.#run(command.body)) : this.#run(command.body),
        );
      case 'function':
        this.#functions.set(command.name, command.body);
        return 0;
    }
  }

  #chain(first: Command, rest: readonly Link[]): number {
    let status = this.#tested(first);
    for (const [index, { ifWell, command }] of rest.entries()) {
      if ((status === 0) !== ifWell) continue;
      status = index === rest.length - 1 ? this.#run(command) : this.#tested(command);
    }
    return status;
  }

  /** The condition of something: failing it ends no script, whatever is set. */
  #tested(command: Command): number {
    const before = this.#exitOnFailure;
    this.#exitOnFailure = false;
    const status = this.#run(command);
    this.#exitOnFailure = before;
    this.lastUnknown = false;
    return status;
  }

  #simple({ assignments, words, redirects }: Command & { readonly type: 'simple' }): number {
    const fields = words.flatMap((word) => expandFields(word, this.#expanding()));
    const status = this.#status;
    const values = assignments.map(({ name, value }) => ({ name, value: expandText(value, this.#expanding()) }));
    // What a command's output was made of fails the assignment, as in a shell.
    const outcome = words.length === 0 && assignments.some(({ value }) => value.some(({ type }) => type === 'output'));
    for (const { name, value } of values) this.#assign(name, value);
    if (fields.length === 0) {
      this.#redirected(redirects, () => 0);
      return outcome ? this.#status : 0;
    }
    this.#status = status;
    return this.#redirected(redirects, () => this.#named(fields));
  }

  #named(fields: readonly string[]): number {
    const [name = '', ...args] = fields;
    const body = this.#functions.get(name);
    if (body) return this.#call(body, args);
    switch (name) {
      case 'exit':
        this.lastUnknown = false;
        throw new Exit(numberOf(args[0], this.#status) & 255);
      case 'return':
        throw new Returning(numberOf(args[0], this.#status) & 255);
      case 'break':
      case 'continue':
        throw new Breaking(name, Math.max(1, numberOf(args[0], 1)));
      case 'export':
      case 'readonly':
      case 'local':
        for (const word of args) {
          const equals = word.indexOf('=');
          if (equals > 0) this.#assign(word.slice(0, equals), word.slice(equals + 1));
        }
        return 0;
      case 'unset':
        for (const word of args) this.#variables.delete(word);
        return 0;
      case 'set':
        for (const word of args) if (/^[-+][a-z]*e/.test(word)) this.#exitOnFailure = word.startsWith('-');
        return 0;
      case 'shift':
        this.#positional = this.#positional.slice(numberOf(args[0], 1));
        return 0;
      case 'trap':
        if (args.slice(1).some((signal) => /^(SIG)?TERM$|^15$/.test(signal)))
          this.#onTerm = args[0] === '-' ? undefined : args[0];
        return 0;
      case 'wait':
        if (this.#backgroundUntil === Infinity) throw new Forever();
        this.#now = Math.max(this.#now, this.#backgroundUntil);
        return 0;
      case 'eval':
        return this.script(args.join(' '));
      case 'cd':
      case 'umask':
      case 'ulimit':
        return 0;
      default:
        return this.program(fields);
    }
  }

  #call(body: Command, args: readonly string[]): number {
    if (++this.#calls > callsMax) throw new NotUnderstood('calls too deep');
    const before = this.#positional;
    this.#positional = [this.#positional[0] ?? '', ...args];
    try {
      return this.#run(body);
    } catch (signal) {
      if (signal instanceof Returning) return signal.code;
      throw signal;
    } finally {
      this.#positional = before;
      this.#calls--;
    }
  }

  #loop(body: Command, goesOn: () => boolean): number {
    let status = 0;
    while (goesOn()) {
      this.#count();
      try {
        status = this.#run(body);
      } catch (signal) {
        if (!(signal instanceof Breaking)) throw signal;
        if (signal.levels > 1) throw new Breaking(signal.type, signal.levels - 1);
        if (signal.type === 'break') return 0;
      }
    }
    return status;
  }

  #pipeline(commands: readonly Command[], negated: boolean): number {
    let status = 0;
    const before = this.#input;
    for (const [index, command] of commands.entries()) {
      const run = (): number =>
        commands.length === 1 ? this.#tested(command) : this.#subshell(() => this.#run(command));
      if (index === commands.length - 1) status = run();
      else this.#input = this.#printed(run);
    }
    this.#input = before;
    return negated ? Number(status === 0) : status;
  }

  /** Beside what comes next: it takes none of its time. */
  #background(command: Command): number {
    const start = this.#now;
    let end = Infinity;
    try {
      this.#subshell(() => this.#run(command));
      end = this.#now;
    } catch (signal) {
      if (!(signal instanceof Forever) || this.#steps > stepsMax) throw signal;
    }
    this.#backgroundUntil = Math.max(this.#backgroundUntil, end);
    this.#now = start;
    return 0;
  }

  #subshell(run: () => number): number {
    if (++this.#calls > callsMax) throw new NotUnderstood('shells too deep');
    const [variables, positional, exitOnFailure] = [this.#variables, this.#positional, this.#exitOnFailure];
    this.#variables = new Map(variables);
    try {
      return run();
    } catch (signal) {
      if (signal instanceof Exit) return signal.code;
      throw signal;
    } finally {
      [this.#variables, this.#positional, this.#exitOnFailure] = [variables, positional, exitOnFailure];
      this.#calls--;
    }
  }

  #printed(run: () => void): string {
    const before = this.#output;
    this.#output = '';
    this.#captured++;
    try {
      run();
      return this.#output;
    } finally {
      this.#output = before;
      this.#captured--;
    }
  }

  #redirected(redirects: readonly Redirect[], run: () => number): number {
    const before = this.#input;
    const read = redirects.findLast(({ type }) => type === 'read');
    if (read) {
      const content = this.#files.read(expandText(read.target, this.#expanding()), this.#now);
      if (content === undefined) return 1;
      this.#input = content;
    }
    const written = redirects.findLast(({ type, descriptor }) => type !== 'read' && descriptor === 1);
    let status = 0;
    const work = (): void => void (status = run());
    if (written) this.#write(written, this.#printed(work));
    else work();
    this.#input = before;
    return status;
  }

  #write({ type, target }: Redirect, text: string): void {
    const path = expandText(target, this.#expanding());
    if (path.startsWith('/dev/std')) this.#print(text, path === '/dev/stderr' ? 'stderr' : 'stdout');
    else {
      const before = type === 'append' ? (this.#files.read(path, this.#now) ?? '') : '';
      this.#files.write(path, before + text, this.#now);
    }
  }

  #print(text: string, stream: Printed['stream'] = 'stdout'): void {
    this.#output = (this.#output + text).slice(-outputMax);
    if (this.#captured > 0 || text === '' || this.#printedLength >= printedMax) return;
    const kept = text.slice(0, printedMax - this.#printedLength);
    this.#printedLength += kept.length;
    this.#printedOutside.push({ at: this.#now, stream, text: kept });
  }

  #process(): Process {
    return {
      files: this.#files,
      now: () => this.#now,
      sleep: (ms) => void (this.#now += ms),
      rest: () => {
        throw new Forever();
      },
      print: (text) => this.#print(text),
      input: this.#input,
      variable: (name) => this.#variables.get(name) ?? '',
      variables: () => this.#variables,
    };
  }

  #expanding(): Expanding {
    return {
      variable: (name) => this.#variable(name),
      positional: () => this.#positional.slice(1),
      assign: (name, value) => this.#assign(name, value),
      output: (command) =>
        this.#printed(() => {
          this.#status = this.#subshell(() => this.#run(command));
        }),
    };
  }

  #variable(name: string): string | undefined {
    if (name === '?') return String(this.#status);
    if (name === '#') return String(Math.max(0, this.#positional.length - 1));
    if (name === '$' || name === '!') return '1';
    if (name === 'RANDOM') return String(this.#random());
    if (/^\d$/.test(name)) return this.#positional[Number(name)];
    return this.#variables.get(name);
  }

  #assign(name: string, value: string): void {
    this.#variables.set(name, value);
    if (this.#variables.size > variablesMax) throw new NotUnderstood('too many variables');
  }

  #count(): void {
    if (++this.#steps > stepsMax) throw new Forever();
  }
}

interface ShellScript {
  readonly text: string;
  readonly positional: readonly string[];
  readonly exitOnFailure: boolean;
}

/** `sh -c TEXT NAME ARG…`, with flags before. */
function scriptOfShell(words: readonly string[]): ShellScript | undefined {
  const [name = '', ...args] = words;
  if (!/^(?:.*\/)?(?:sh|bash|ash|dash)$/.test(name) || name.length > sourceMax) return undefined;
  const command = args.findIndex((word) => !word.startsWith('-') || /^-[a-z]*c$/.test(word));
  if (!/^-[a-z]*c$/.test(args[command] ?? '')) return undefined;
  const [text = '', ...positional] = args.slice(command + 1);
  const exitOnFailure = args.slice(0, command + 1).some((flag) => /^-[a-z]*e/.test(flag));
  return { text, positional: positional.length > 0 ? positional : [name], exitOnFailure };
}

function numberOf(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : otherwise;
}
