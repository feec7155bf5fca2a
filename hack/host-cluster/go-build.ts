/**
 * Go programs of this repository, built once and kept outside the clone: in `$SUBLET_CACHE` (or `~/.cache/sublet`), in a folder named after all that
 * goes into them. A build works in a folder of its own and is renamed when it is whole, so what stands under its name is complete.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isRunning, processIdentity, type ProcessIdentity } from './processes.ts';

const run = promisify(execFile);
const buildTimeoutMs = 60 * 60_000;
const lockPollMs = 200;

/** One program: a package of a Go module, and the names under which it can be called. */
export interface GoProgram {
  /** The folder with `go.mod` and `go.sum`. */
  readonly module: string;
  /** An import path, or `.` for the module's own. */
  readonly package: string;
  readonly name: string;
  /** Further names: symbolic links. */
  readonly links?: readonly string[];
  /** Values for string variables, as `-ldflags -X` takes them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Built from the package's tests, as `go test -c` does. */
  readonly tests?: boolean;
}

/** Why nothing can be built here, in words for a skipped test; undefined when Go is there and new enough for the module. */
export function goUnavailable(module: string): string | undefined {
  try {
    goVersion(module);
    return undefined;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return missing
      ? 'Go is not installed (https://go.dev/dl): the programs of upstream cannot be built'
      : `Go cannot build ${basename(module)}: ${error instanceof Error ? error.message.trim() : String(error)}`;
  }
}

/**
 * The folder with the programs built, from the cache where they are there. One build at a time; others wait for it.
 * @throws Error with the compiler's words when a program does not build.
 */
export async function buildGoPrograms(
  name: string,
  programs: readonly GoProgram[],
  report: (line: string) => void,
): Promise<string> {
  const folder = join(cacheFolder(), name, digestOf(programs));
  mkdirSync(dirname(folder), { recursive: true });
  if (existsSync(folder)) return folder;
  const lock = `${folder}.lock`;
  while (!takeLock(lock)) {
    await sleep(lockPollMs);
    if (existsSync(folder)) return folder;
  }
  const unfinished = mkdtempSync(`${folder}.building-`);
  try {
    if (existsSync(folder)) return folder;
    for (const program of programs) {
      report(`building ${program.name} (the first time takes minutes, later ones seconds)`);
      await buildProgram(program, unfinished);
    }
    renameSync(unfinished, folder);
    return folder;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    rmSync(lock, { force: true });
  }
}

async function buildProgram(program: GoProgram, folder: string): Promise<void> {
  const variables = Object.entries(program.variables ?? {}).map(([variable, value]) => `-X ${variable}=${value}`);
  const binary = join(folder, program.name);
  await run(
    'nice',
    [
      'go',
      ...(program.tests === true ? ['test', '-c'] : ['build']),
      '-trimpath',
      '-buildvcs=false',
      '-ldflags',
      ['-s -w', ...variables].join(' '),
      '-o',
      binary,
      program.package,
    ],
    {
      cwd: program.module,
      timeout: buildTimeoutMs,
      maxBuffer: 1 << 24,
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
    },
  );
  for (const link of program.links ?? []) await run('ln', ['-s', program.name, join(folder, link)]);
}

/** Where all that is built stays. */
export function cacheFolder(): string {
  return process.env['SUBLET_CACHE'] ?? join(homedir(), '.cache', 'sublet');
}

/** All that a binary depends on: the modules with their sums, the Go files, the settings, the compiler. */
function digestOf(programs: readonly GoProgram[]): string {
  const hash = createHash('sha256');
  for (const { module, ...settings } of programs) {
    hash.update(`${goVersion(module)}\0${JSON.stringify(settings)}\0`);
    for (const file of readdirSync(module).toSorted()) {
      if (!/(\.go|^go\.(mod|sum))$/.test(file)) continue;
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(module, file)))
        .update('\0');
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Asked in the module's folder: an older Go then fetches the toolchain that `go.mod` wants, or says why it can't. */
function goVersion(module: string): string {
  return execFileSync('go', ['version'], { cwd: module, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * False while another live process builds. Two that clear away a dead one's lock at the same time may both build: wasteful, never wrong, since
 * each builds in its own folder and the first rename wins.
 */
function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, JSON.stringify(processIdentity(process.pid)), { flag: 'wx' });
    return true;
  } catch {
    if (!holderIsRunning(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function holderIsRunning(lock: string): boolean {
  try {
    // Written by takeLock.
    return isRunning(JSON.parse(readFileSync(lock, 'utf8')) as ProcessIdentity);
  } catch {
    return false;
  }
}
