/** The programs that are known: what they print, how long they take, how they end. Each a few lines; none is more than its everyday use. */
import { evaluateArithmetic } from './arithmetic.ts';
import { testCondition } from './condition.ts';
import type { Files } from './files.ts';

/** What a program has of its shell. */
export interface Process {
  readonly files: Files;
  /** Milliseconds since the epoch, as far as the script has come. */
  now(): number;
  sleep(ms: number): void;
  /** It never ends. */
  rest(): never;
  print(text: string): void;
  /** What the program before it in the pipe has printed. */
  readonly input: string;
  variable(name: string): string;
  variables(): ReadonlyMap<string, string>;
}

/** Returns the exit code. */
export type Program = (args: readonly string[], process: Process) => number;

/** The program of that name, or none. */
export function knownProgram(name: string): Program | undefined {
  return programs.get(name.slice(name.lastIndexOf('/') + 1));
}

const unitsMs: ReadonlyMap<string, number> = new Map([
  ['', 1000],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const linesMax = 1000;

const sleep: Program = (args, process) => {
  if (args.length === 0) return 1;
  let total = 0;
  for (const text of args) {
    if (/^inf(inity)?$/.test(text)) process.rest();
    const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text);
    if (!match) return 1;
    total += Number(match[1]) * (unitsMs.get(match[2] ?? '') ?? 1000);
  }
  process.sleep(total);
  return 0;
};

const echo: Program = (args, process) => {
  const flags = args.findIndex((word) => !/^-[neE]+$/.test(word));
  const words = flags < 0 ? [] : args.slice(flags);
  const quiet = args.slice(0, flags < 0 ? args.length : flags).some((flag) => flag.includes('n'));
  process.print(`${words.join(' ')}${quiet ? '' : '\n'}`);
  return 0;
};

const printf: Program = ([format = '', ...args], process) => {
  let next = 0;
  const escapes: ReadonlyMap<string, string> = new Map([
    ['\\n', '\n'],
    ['\\t', '\t'],
    ['%%', '%'],
  ]);
  process.print(format.replaceAll(/%%|\\[nt]|%[sdi]/g, (found) => escapes.get(found) ?? args[next++] ?? ''));
  return 0;
};

const test: Program = (args, process) => testCondition(args, false, process.files, process.now());

/** `[`, or with `extended` `[[`: the last word closes it. */
const bracket =
  (close: string, extended: boolean): Program =>
  (args, process) =>
    args.at(-1) === close ? testCondition(args.slice(0, -1), extended, process.files, process.now()) : 2;

const touch: Program = (args, process) => {
  for (const path of operands(args)) {
    const content = process.files.read(path, process.now());
    process.files.write(path, content ?? '', process.now());
  }
  return 0;
};

const cat: Program = (args, process) => {
  let code = 0;
  const paths = operands(args);
  if (paths.length === 0) process.print(process.input);
  for (const path of paths) {
    const content = process.files.read(path, process.now());
    if (content === undefined) code = 1;
    else process.print(content);
  }
  return code;
};

const rm: Program = (args, process) => {
  const forced = args.some((flag) => /^-\w*f/.test(flag));
  let code = 0;
  for (const path of operands(args)) {
    if (process.files.read(path, process.now()) === undefined) code = forced ? code : 1;
    else process.files.write(path, undefined, process.now());
  }
  return code;
};

const tail: Program = (args, process) => {
  if (args.some((flag) => /^-\w*[fF]/.test(flag) || flag === '--follow')) process.rest();
  return cat(args, process);
};

const expr: Program = (args, process) => {
  const value = evaluateArithmetic(args.map((word) => (word === '=' ? '==' : word)).join(' '), () => '0');
  if (value === undefined) return 2;
  process.print(`${value}\n`);
  return value === 0 ? 1 : 0;
};

const seq: Program = (args, process) => {
  const numbers = args.map(Number);
  if (numbers.length === 0 || numbers.length > 3 || !numbers.every(Number.isSafeInteger)) return 1;
  const last = numbers.at(-1) ?? 0;
  const first = numbers.length > 1 ? (numbers[0] ?? 1) : 1;
  const by = numbers.length > 2 ? (numbers[1] ?? 1) : 1;
  if (by === 0) return 1;
  const lines: number[] = [];
  for (let value = first; by > 0 ? value <= last : value >= last; value += by) {
    if (lines.length >= linesMax) return 1;
    lines.push(value);
  }
  process.print(lines.map((value) => `${value}\n`).join(''));
  return 0;
};

const date: Program = ([format], process) => {
  const now = process.now();
  process.print(format === '+%s' ? `${Math.floor(now / 1000)}\n` : `${new Date(now).toUTCString()}\n`);
  return 0;
};

const hostname: Program = (_args, process) => {
  process.print(`${process.variable('HOSTNAME')}\n`);
  return 0;
};

const env: Program = (args, process) => {
  if (args.length > 0) {
    const values = args.map((name) => process.variables().get(name));
    process.print(values.map((value) => (value === undefined ? '' : `${value}\n`)).join(''));
    return values.includes(undefined) ? 1 : 0;
  }
  process.print([...process.variables()].map(([name, value]) => `${name}=${value}\n`).join(''));
  return 0;
};

const prints =
  (text: string): Program =>
  (_args, process) => {
    process.print(`${text}\n`);
    return 0;
  };

const succeed: Program = () => 0;

const programs: ReadonlyMap<string, Program> = new Map<string, Program>([
  ['sleep', sleep],
  ['echo', echo],
  ['printf', printf],
  ['true', succeed],
  [':', succeed],
  ['false', () => 1],
  ['test', test],
  ['[', bracket(']', false)],
  ['[[', bracket(']]', true)],
  ['touch', touch],
  ['cat', cat],
  ['rm', rm],
  ['tail', tail],
  ['expr', expr],
  ['seq', seq],
  ['date', date],
  ['hostname', hostname],
  // With arguments it is the shell's.
  ['env', env],
  ['printenv', env],
  ['pwd', prints('/')],
  ['whoami', prints('root')],
  ['mkdir', succeed],
  ['chmod', succeed],
  ['chown', succeed],
  ['sync', succeed],
  ['pause', (_args, process) => process.rest()],
]);

function operands(args: readonly string[]): string[] {
  return args.filter((word) => !word.startsWith('-'));
}
