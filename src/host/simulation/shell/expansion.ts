/** What a script's words become. */
import { evaluateArithmetic } from './arithmetic.ts';
import type { Command, Word, WordPart } from './syntax.ts';
import { NotUnderstood } from './word-reader.ts';

/** What words have of their shell. */
export interface Expanding {
  /** `undefined`: not set. */
  variable(name: string): string | undefined;
  positional(): readonly string[];
  assign(name: string, value: string): void;
  /** What the command prints. */
  output(command: Command): string;
}

const textMax = 8192;
const fieldsMax = 1000;

/** One text: nothing is split. @throws NotUnderstood */
export function expandText(word: Word, shell: Expanding): string {
  let text = '';
  for (const part of word) text = limited(text + valueOf(part, shell));
  return text;
}

/** The texts that a word becomes: what isn't quoted falls apart at its blanks. @throws NotUnderstood */
export function expandFields(word: Word, shell: Expanding): string[] {
  const fields: string[] = [];
  let open: string | undefined;
  const close = (): void => {
    if (open !== undefined) fields.push(open);
    if (fields.length > fieldsMax) throw new NotUnderstood('too many words');
    open = undefined;
  };
  for (const part of word) {
    if (part.type === 'variable' && part.name === '@' && part.quoted) {
      const args = shell.positional();
      // The quotes around it are no word by themselves.
      if (open === '') open = undefined;
      for (const arg of args) {
        close();
        open = arg;
      }
      continue;
    }
    const text = valueOf(part, shell);
    if (part.type === 'text' || part.quoted) {
      open = limited((open ?? '') + text);
      continue;
    }
    for (const [index, piece] of text.split(/\s+/).entries()) {
      if (index > 0) close();
      if (piece !== '') open = limited((open ?? '') + piece);
    }
  }
  close();
  return fields;
}

function valueOf(part: WordPart, shell: Expanding): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'output':
      return limited(shell.output(part.script).replace(/\n+$/, ''));
    case 'arithmetic': {
      const value = evaluateArithmetic(expandText(part.expression, shell), (name) => shell.variable(name) ?? '');
      if (value === undefined) throw new NotUnderstood('arithmetic');
      return String(value);
    }
    case 'variable': {
      const value = part.name === '@' || part.name === '*' ? shell.positional().join(' ') : shell.variable(part.name);
      const { otherwise } = part;
      if (!otherwise) return value ?? '';
      const there = value !== undefined && !(otherwise.orEmpty && value === '');
      if (otherwise.operator === '+') return there ? expandText(otherwise.word, shell) : '';
      if (there) return value;
      const text = expandText(otherwise.word, shell);
      if (otherwise.operator === '=') shell.assign(part.name, text);
      return text;
    }
  }
}

function limited(text: string): string {
  if (text.length > textMax) throw new NotUnderstood('too long a text');
  return text;
}
