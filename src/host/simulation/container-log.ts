/** What a simulated container has printed, as a kubelet shows it. Mirrors kubelet kuberuntime/logs ReadLogs, v1.36. */
import type { Printed } from './shell/shell.ts';

/** PodLogOptions, decoded and validated. */
export interface LogOptions {
  readonly follow?: boolean;
  readonly timestamps?: boolean;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

/** A line, with its end if it has one. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stream: Printed['stream'];
  readonly text: string;
}

export function linesOf(printed: readonly Printed[]): readonly LogLine[] {
  const lines: LogLine[] = [];
  for (const { at, stream, text } of printed) {
    for (const part of text.split(/(?<=\n)/)) {
      const last = lines.at(-1);
      if (last && last.stream === stream && last.at === at && !last.text.endsWith('\n')) {
        lines[lines.length - 1] = { ...last, text: last.text + part };
      } else lines.push({ at, stream, text: part });
    }
  }
  return lines;
}

/** Those that are asked for, whenever they are printed. */
export function wantedLines(lines: readonly LogLine[], options: LogOptions, now: number): readonly LogLine[] {
  const { sinceSeconds, sinceTime, tailLines } = options;
  const since =
    sinceTime === undefined ? (sinceSeconds === undefined ? 0 : now - sinceSeconds * 1000) : Date.parse(sinceTime);
  const wanted = lines.filter((line) => line.at >= since);
  if (tailLines === undefined) return wanted;
  const printed = wanted.filter((line) => line.at <= now).length;
  return wanted.slice(Math.max(0, printed - tailLines));
}

export function lineText({ at, text }: LogLine, { timestamps }: LogOptions): string {
  return timestamps === true ? `${new Date(at).toISOString().replace('Z', '000000Z')} ${text}` : text;
}
