/** Reads the words of a script: quotes, variables, outputs of commands, arithmetic. */
import type { Otherwise, Command, Word, WordPart } from './syntax.ts';

/** The script is none that is understood here. */
export class NotUnderstood extends Error {}

export const nestingMax = 40;

/** Where in the text one is. Shared by the reader of words and that of commands. */
export class Cursor {
  readonly text: string;
  at = 0;
  depth: number;

  constructor(text: string, depth = 0) {
    if (depth > nestingMax) throw new NotUnderstood('nested too deep');
    this.text = text;
    this.depth = depth;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  looksAt(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Goes on behind `text` where it stands there. */
  take(text: string): boolean {
    if (!this.looksAt(text)) return false;
    this.at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw new NotUnderstood(`no ${text}`);
  }

  next(): string {
    const char = this.text[this.at];
    if (char === undefined) throw new NotUnderstood('ends too early');
    this.at++;
    return char;
  }

  /** Everything before the next `end`, behind which it goes on. */
  until(end: string): string {
    const found = this.text.indexOf(end, this.at);
    if (found < 0) throw new NotUnderstood(`no ${end}`);
    const text = this.text.slice(this.at, found);
    this.at = found + end.length;
    return text;
  }

  /** What the sticky expression matches here, or nothing. */
  match(expression: RegExp): string | undefined {
    expression.lastIndex = this.at;
    const [found] = expression.exec(this.text) ?? [];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

/** Reads commands up to `)`, from behind `$(`. */
export type ReadScript = (cursor: Cursor, end: string) => Command;

const wordEnd = /[\s;&|<>()]/;
const conditionEnd = /\s/;

/** A word, or `undefined` where none begins. `inCondition`: between `[[` and `]]`, where operators are words. */
export function readWord(cursor: Cursor, readScript: ReadScript, inCondition = false): Word | undefined {
  const end = inCondition ? conditionEnd : wordEnd;
  const parts: WordPart[] = [];
  const start = cursor.at;
  let plain = '';
  const flush = (): void => {
    if (plain !== '') parts.push({ type: 'text', text: plain, quoted: false });
    plain = '';
  };
  while (!cursor.ended) {
    const char = cursor.text[cursor.at] ?? '';
    if (end.test(char)) break;
    if (char === '\\') {
      cursor.at++;
      const escaped = cursor.ended ? '\\' : cursor.next();
      if (escaped === '\n') continue;
      flush();
      parts.push({ type: 'text', text: escaped, quoted: true });
    } else if (char === "'") {
      flush();
      cursor.at++;
      parts.push({ type: 'text', text: cursor.until("'"), quoted: true });
    } else if (char === '"') {
      flush();
      cursor.at++;
      parts.push(...readQuoted(cursor, readScript, '"'));
    } else if (char === '$' || char === '`') {
      flush();
      parts.push(readExpansion(cursor, readScript, false));
    } else plain += cursor.next();
  }
  flush();
  return cursor.at === start ? undefined : parts;
}

/** Up to the end of `text`, as between double quotes. */
function readExpandable(text: string, readScript: ReadScript, depth: number): Word {
  return readQuoted(new Cursor(text, depth), readScript, undefined);
}

function readQuoted(cursor: Cursor, readScript: ReadScript, end: string | undefined): WordPart[] {
  // Empty quotes are a word, too.
  const parts: WordPart[] = [{ type: 'text', text: '', quoted: true }];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') parts.push({ type: 'text', text: plain, quoted: true });
    plain = '';
  };
  for (;;) {
    if (end === undefined ? cursor.ended : cursor.take(end)) break;
    if (cursor.looksAt('$') || cursor.looksAt('`')) {
      flush();
      parts.push(readExpansion(cursor, readScript, true));
      continue;
    }
    const char = cursor.next();
    if (char !== '\\' || cursor.ended) plain += char;
    else {
      const escaped = cursor.next();
      if (escaped !== '\n') plain += '$`"\\'.includes(escaped) ? escaped : `\\${escaped}`;
    }
  }
  flush();
  return parts;
}

const variableName = /[A-Za-z_]\w*|[0-9?#@*$!]/y;

function readExpansion(cursor: Cursor, readScript: ReadScript, quoted: boolean): WordPart {
  if (cursor.take('`')) {
    const script = readScript(new Cursor(cursor.until('`'), cursor.depth + 1), '');
    return { type: 'output', script, quoted };
  }
  cursor.expect('$');
  if (cursor.take('((')) {
    const text = readBalanced(cursor);
    cursor.expect(')');
    return { type: 'arithmetic', expression: readExpandable(text, readScript, cursor.depth + 1), quoted };
  }
  if (cursor.take('(')) return { type: 'output', script: nested(cursor, readScript), quoted };
  if (cursor.take('{')) return readBraces(cursor, readScript, quoted);
  const name = cursor.match(variableName);
  return name === undefined ? { type: 'text', text: '$', quoted: true } : { type: 'variable', name, quoted };
}

function nested(cursor: Cursor, readScript: ReadScript): Command {
  if (++cursor.depth > nestingMax) throw new NotUnderstood('nested too deep');
  const script = readScript(cursor, ')');
  cursor.depth--;
  return script;
}

/** Up to the bracket that closes the one before, behind which it goes on. */
function readBalanced(cursor: Cursor): string {
  const start = cursor.at;
  for (let open = 1; open > 0;) {
    const char = cursor.next();
    if (char === '(') open++;
    else if (char === ')') open--;
  }
  return cursor.text.slice(start, cursor.at - 1);
}

function readBraces(cursor: Cursor, readScript: ReadScript, quoted: boolean): WordPart {
  const name = cursor.match(variableName);
  if (name === undefined) throw new NotUnderstood('a variable without a name');
  if (cursor.take('}')) return { type: 'variable', name, quoted };
  const operator = cursor.match(/:?[-=+]/y);
  if (operator === undefined) throw new NotUnderstood('an operator of a variable');
  const word = readExpandable(cursor.until('}'), readScript, cursor.depth + 1);
  const last = operator.at(-1);
  const otherwise: Otherwise = {
    operator: last === '=' ? '=' : last === '+' ? '+' : '-',
    orEmpty: operator.startsWith(':'),
    word,
  };
  return { type: 'variable', name, quoted, otherwise };
}
