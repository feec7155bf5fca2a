/**
 * What processes cost, by proc(5): CPU seconds and memory of some processes and all that descend from them. CPU seconds are what can be compared on a
 * busy machine; wall times are not.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface Memory {
  /** Bytes. */
  readonly rss: number;
  /** Bytes; shared pages count in parts. */
  readonly pss: number;
}

/** The kernel's clock ticks in a second, as all Linux systems have them (USER_HZ). */
const ticksPerSecond = 100;

/** User and system time of the processes, their descendants, and the descendants that have ended and were waited for. In steps of 10 ms. */
export function cpuSeconds(roots: readonly number[]): number {
  let ticks = 0;
  for (const pid of treeOf(roots)) {
    // Fields 14 to 17: utime, stime, cutime, cstime. They follow the third, which is the first after the name.
    const fields = statFields(pid)?.slice(11, 15) ?? [];
    for (const field of fields) ticks += Number(field);
  }
  return ticks / ticksPerSecond;
}

export function memoryOf(roots: readonly number[]): Memory {
  let rss = 0;
  let pss = 0;
  for (const pid of treeOf(roots)) {
    const text = readProc(pid, 'smaps_rollup') ?? '';
    rss += kilobytes(text, 'Rss') * 1024;
    pss += kilobytes(text, 'Pss') * 1024;
  }
  return { rss, pss };
}

/** The load averages of the machine, as text: `0.52 0.58 0.59`. */
export function loadAverages(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ');
}

function treeOf(roots: readonly number[]): ReadonlySet<number> {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const parent = Number(statFields(pid)?.[1] ?? 0);
    const siblings = children.get(parent);
    if (siblings) siblings.push(pid);
    else children.set(parent, [pid]);
  }
  const tree = new Set<number>(roots);
  for (const pid of tree) for (const child of children.get(pid) ?? []) tree.add(child);
  return tree;
}

/** The fields of `stat` after the process's name, which may contain anything; the first is the state (field 3). */
function statFields(pid: number): readonly string[] | undefined {
  return readProc(pid, 'stat')?.split(') ').at(-1)?.trim().split(' ');
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // It has ended.
    return undefined;
  }
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}
