/**
 * What an update that is refused would have changed, as a unified diff. Upstream (apimachinery util/diff) compares its internal structs;
 * here the JSON of the API is compared, so that lines and their numbers are not upstream's.
 */
import type { JsonValue } from '../../../api/json.ts';

const contextLines = 3;
/** Longer texts are shown as one change. */
const comparedLinesMax = 2000;

interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** Each line ends in a newline. */
export function jsonDifference(before: JsonValue, after: JsonValue): string {
  const lines = compare(linesOf(before), linesOf(after));
  return hunksOf(lines)
    .map(({ start, end }) => hunkText(lines, start, end))
    .join('');
}

function linesOf(value: JsonValue): string[] {
  return JSON.stringify(value, null, 1).split('\n');
}

function compare(before: readonly string[], after: readonly string[]): Line[] {
  const removed = before.map((text): Line => ({ mark: '-', text }));
  const added = after.map((text): Line => ({ mark: '+', text }));
  if (before.length > comparedLinesMax || after.length > comparedLinesMax) return [...removed, ...added];
  const lengths = commonLengths(before, after);
  const lines: Line[] = [];
  let left = 0;
  let right = 0;
  while (left < before.length || right < after.length) {
    const text = before[left];
    if (text !== undefined && text === after[right]) {
      lines.push({ mark: ' ', text });
      left++;
      right++;
    } else if (text !== undefined && (lengths[left + 1]?.[right] ?? 0) >= (lengths[left]?.[right + 1] ?? 0)) {
      lines.push({ mark: '-', text });
      left++;
    } else {
      lines.push({ mark: '+', text: after[right] ?? '' });
      right++;
    }
  }
  return lines;
}

/** By position: how many lines the rests have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint16Array[] {
  const rows = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let left = before.length - 1; left >= 0; left--) {
    const row = rows[left];
    const below = rows[left + 1];
    if (!row || !below) continue;
    for (let right = after.length - 1; right >= 0; right--) {
      row[right] =
        before[left] === after[right] ? (below[right + 1] ?? 0) + 1 : Math.max(below[right] ?? 0, row[right + 1] ?? 0);
    }
  }
  return rows;
}

function hunksOf(lines: readonly Line[]): { readonly start: number; readonly end: number }[] {
  const hunks: { start: number; end: number }[] = [];
  for (const [index, { mark }] of lines.entries()) {
    if (mark === ' ') continue;
    const start = Math.max(0, index - contextLines);
    const end = Math.min(lines.length, index + contextLines + 1);
    const last = hunks.at(-1);
    if (last && start <= last.end) last.end = end;
    else hunks.push({ start, end });
  }
  return hunks;
}

function hunkText(lines: readonly Line[], start: number, end: number): string {
  const count = (part: readonly Line[], other: Line['mark']) => part.filter(({ mark }) => mark !== other).length;
  const before = lines.slice(0, start);
  const shown = lines.slice(start, end);
  const head = `@@ -${count(before, '+') + 1},${count(shown, '+')} +${count(before, '-') + 1},${count(shown, '-')} @@\n`;
  return head + shown.map(({ mark, text }) => `${mark}${text}\n`).join('');
}
