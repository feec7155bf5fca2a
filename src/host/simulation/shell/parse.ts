/** Reads a shell script. The common part of POSIX's grammar, with `[[`; here-documents and patterns in variables are not understood. */
import { Cursor, NotUnderstood, nestingMax, readWord } from './word-reader.ts';
import type { Assignment, Command, Link, Redirect, Word } from './syntax.ts';

/** Longer ones are not looked at. */
export const sourceMax = 32_768;

/** @throws NotUnderstood */
export function parseScript(text: string): Command {
  if (text.length > sourceMax) throw new NotUnderstood('too long');
  return readUntil(new Cursor(text), '');
}

/** Commands until `end`, behind which the cursor then is; the empty text: until nothing is left. */
function readUntil(cursor: Cursor, end: string): Command {
  const list = new CommandReader(cursor).list([]);
  if (end !== '') cursor.expect(end);
  else if (!cursor.ended) throw new NotUnderstood('goes on');
  return list;
}

const reserved = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}']);

class CommandReader {
  readonly #cursor: Cursor;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** Commands up to one of the words, which stays, or up to what no command begins with. */
  list(ends: readonly string[]): Command {
    if (++this.#cursor.depth > nestingMax) throw new NotUnderstood('nested too deep');
    const commands: Command[] = [];
    for (;;) {
      this.#blanks(true);
      if (this.#cursor.ended || this.#cursor.looksAt(')') || this.#cursor.looksAt(';;')) break;
      if (ends.some((word) => this.#peeks(word))) break;
      const command = this.#chain();
      this.#blanks(false);
      const behind = this.#cursor.take('&');
      commands.push(behind ? { type: 'background', command } : command);
      if (!behind && !this.#cursor.looksAt(';;')) this.#cursor.take(';');
    }
    this.#cursor.depth--;
    return { type: 'list', commands };
  }

  #chain(): Command {
    const first = this.#pipeline();
    const rest: Link[] = [];
    for (;;) {
      this.#blanks(false);
      const ifWell = this.#cursor.take('&&');
      if (!ifWell && !this.#cursor.take('||')) break;
      this.#blanks(true);
      rest.push({ ifWell, command: this.#pipeline() });
    }
    return rest.length === 0 ? first : { type: 'chain', first, rest };
  }

  #pipeline(): Command {
    const negated = this.#takeWord('!');
    const commands = [this.#command()];
    for (;;) {
      this.#blanks(false);
      if (this.#cursor.looksAt('||') || !this.#cursor.take('|')) break;
      this.#blanks(true);
      commands.push(this.#command());
    }
    const [only] = commands;
    return commands.length === 1 && only && !negated ? only : { type: 'pipeline', commands, negated };
  }

  #command(): Command {
    this.#blanks(false);
    if (this.#takeWord('if')) return this.#if();
    if (this.#takeWord('while')) return this.#loop(false);
    if (this.#takeWord('until')) return this.#loop(true);
    if (this.#takeWord('for')) return this.#for();
    if (this.#takeWord('case')) return this.#case();
    if (this.#takeWord('{')) return this.#group(false, '}');
    if (this.#cursor.take('(')) return this.#group(true, ')');
    const name = this.#cursor.match(/[A-Za-z_]\w*[ \t]*\([ \t]*\)/y);
    if (name !== undefined) {
      this.#blanks(true);
      return { type: 'function', name: name.replace(/[ \t]*\(.*$/, ''), body: this.#command() };
    }
    return this.#simple();
  }

  #if(): Command {
    const branches: { condition: Command; body: Command }[] = [];
    let otherwise: Command | undefined;
    do {
      const condition = this.list(['then']);
      this.#expectWord('then');
      branches.push({ condition, body: this.list(['elif', 'else', 'fi']) });
    } while (this.#takeWord('elif'));
    if (this.#takeWord('else')) otherwise = this.list(['fi']);
    this.#expectWord('fi');
    return { type: 'if', branches, otherwise };
  }

  #loop(until: boolean): Command {
    const condition = this.list(['do']);
    return { type: 'loop', until, condition, body: this.#doDone() };
  }

  #for(): Command {
    this.#blanks(false);
    const name = this.#cursor.match(/[A-Za-z_]\w*/y);
    if (name === undefined) throw new NotUnderstood('a loop without a variable');
    this.#blanks(true);
    const words: Word[] = [];
    if (this.#takeWord('in')) words.push(...this.#words());
    this.#blanks(true);
    this.#cursor.take(';');
    return { type: 'for', name, words, body: this.#doDone() };
  }

  #doDone(): Command {
    this.#blanks(true);
    this.#expectWord('do');
    const body = this.list(['done']);
    this.#expectWord('done');
    return body;
  }

  #case(): Command {
    const word = this.#word();
    this.#blanks(true);
    this.#expectWord('in');
    const arms: { patterns: Word[]; body: Command }[] = [];
    for (;;) {
      this.#blanks(true);
      if (this.#takeWord('esac')) return { type: 'case', word, arms };
      this.#cursor.take('(');
      const patterns = [this.#word()];
      for (this.#blanks(false); this.#cursor.take('|'); this.#blanks(false)) patterns.push(this.#word());
      this.#cursor.expect(')');
      arms.push({ patterns, body: this.list(['esac']) });
      this.#cursor.take(';;');
    }
  }

  #group(subshell: boolean, end: string): Command {
    const body = this.list([end]);
    this.#cursor.expect(end);
    return { type: 'group', subshell, body, redirects: this.#redirects() };
  }

  #simple(): Command {
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      redirects.push(...this.#redirects());
      if (words.length === 0) {
        const name = this.#cursor.match(/[A-Za-z_]\w*=/y);
        if (name !== undefined) {
          assignments.push({ name: name.slice(0, -1), value: readWord(this.#cursor, readUntil) ?? [] });
          continue;
        }
      }
      const start = this.#cursor.at;
      const word = readWord(this.#cursor, readUntil);
      if (!word) break;
      const text = this.#cursor.text.slice(start, this.#cursor.at);
      if (words.length === 0 && reserved.has(text)) throw new NotUnderstood(`${text} out of place`);
      words.push(word);
      if (words.length === 1 && text === '[[') words.push(...this.#condition());
    }
    if (words.length + assignments.length + redirects.length === 0) throw new NotUnderstood('no command');
    return { type: 'simple', assignments, words, redirects };
  }

  /** The words behind `[[`, with `]]`. */
  #condition(): Word[] {
    const words: Word[] = [];
    for (;;) {
      this.#blanks(true);
      const start = this.#cursor.at;
      const word = readWord(this.#cursor, readUntil, true);
      if (!word) throw new NotUnderstood('no ]]');
      words.push(word);
      const closing = /^\]\];?$/.exec(this.#cursor.text.slice(start, this.#cursor.at));
      if (!closing) continue;
      this.#cursor.at = start + 2;
      return [...words.slice(0, -1), [{ type: 'text', text: ']]', quoted: false }]];
    }
  }

  #redirects(): Redirect[] {
    const found: Redirect[] = [];
    for (;;) {
      this.#blanks(false);
      if (this.#cursor.looksAt('<<')) throw new NotUnderstood('here-documents');
      const operator = this.#cursor.match(/(?:\d|&)?(?:>>|>\||>&|>)|\d?<&?/y);
      if (operator === undefined) return found;
      const target = this.#word();
      if (/^1?>&$/.test(operator) && isText(target, '2')) {
        found.push({ type: 'write', descriptor: 1, target: [{ type: 'text', text: '/dev/stderr', quoted: true }] });
        continue;
      }
      // What else goes where another goes has no say here: both are shown together.
      if (/[<>]&$/.test(operator)) continue;
      const type = operator.includes('>>') ? 'append' : operator.includes('>') ? 'write' : 'read';
      found.push({ type, descriptor: operator.startsWith('2') ? 2 : 1, target });
    }
  }

  #words(): Word[] {
    const words: Word[] = [];
    for (;;) {
      this.#blanks(false);
      const word = readWord(this.#cursor, readUntil);
      if (!word) return words;
      words.push(word);
    }
  }

  #word(): Word {
    this.#blanks(false);
    const word = readWord(this.#cursor, readUntil);
    if (!word) throw new NotUnderstood('no word');
    return word;
  }

  /** Spaces and comments, and with `lines` the ends of lines. */
  #blanks(lines: boolean): void {
    const blanks = lines ? /(?:\s|\\\n|#[^\n]*)+/y : /(?:[ \t\r]|\\\n|#[^\n]*)+/y;
    this.#cursor.match(blanks);
  }

  #peeks(word: string): boolean {
    if (!this.#cursor.looksAt(word)) return false;
    const behind = this.#cursor.text[this.#cursor.at + word.length];
    return behind === undefined || /[\s;&|<>()]/.test(behind);
  }

  #takeWord(word: string): boolean {
    this.#blanks(false);
    return this.#peeks(word) && this.#cursor.take(word);
  }

  #expectWord(word: string): void {
    this.#blanks(true);
    if (!this.#takeWord(word)) throw new NotUnderstood(`no ${word}`);
  }
}

function isText(word: Word, text: string): boolean {
  const [only, ...more] = word;
  return more.length === 0 && only?.type === 'text' && only.text === text;
}
