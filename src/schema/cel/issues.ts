/**
 * What is wrong with an expression, and where: as cel-go prints it, caret lines and all, since validation of CRDs and policies shows
 * that text. Mirrors cel-go common Errors.ToDisplayString. Places are counted in UTF-16 units inside and shown in code points.
 */
export interface Issue {
  /** In UTF-16 units; negative: nowhere. */
  readonly at: number;
  readonly message: string;
}

/** More of them aren't shown. */
const issuesShownMax = 100;
/** Longer lines aren't shown. In UTF-8 bytes. */
const snippetBytesMax = 16384;

interface Place {
  readonly line: number;
  readonly column: number;
  readonly snippet: string | undefined;
}

/** All of them, in the order of their places. */
export function issuesText(source: string, issues: readonly Issue[]): string {
  const lines = source.split('\n');
  const shown = issues.slice(0, issuesShownMax).map((issue) => ({ issue, place: placeOf(lines, issue.at) }));
  shown.sort((left, right) => left.place.line - right.place.line || left.place.column - right.place.column);
  const texts = shown.map(({ issue, place }) => issueText(place, issue.message));
  if (issues.length > issuesShownMax) texts.push(`${issues.length - issuesShownMax} more errors were truncated`);
  return texts.join('\n');
}

function placeOf(lines: readonly string[], at: number): Place {
  if (at < 0) return { line: -1, column: -1, snippet: undefined };
  let left = at;
  let line = 0;
  while (line < lines.length - 1 && left > (lines[line] ?? '').length) {
    left -= (lines[line] ?? '').length + 1;
    line++;
  }
  const snippet = lines[line] ?? '';
  return { line: line + 1, column: Array.from(snippet.slice(0, left)).length, snippet };
}

function issueText(place: Place, message: string): string {
  const head = `ERROR: <input>:${place.line}:${place.column + 1}: ${message}`;
  if (place.snippet === undefined || Buffer.byteLength(place.snippet) > snippetBytesMax) return head;
  const snippet = place.snippet.replaceAll('\t', ' ');
  const characters = Array.from(snippet);
  const dots = characters.slice(0, place.column).map((character) => (isWide(character) ? '\uff0e' : '.'));
  const mark = isWide(characters[place.column] ?? '') ? '\uff3e' : '^';
  return `${head}\n | ${snippet}\n | ${dots.join('')}${mark}`;
}

function isWide(character: string): boolean {
  return (character.codePointAt(0) ?? 0) >= 0x80;
}
