/** Words of CEL's text. Mirrors the lexer rules of cel-go's CEL.g4. */
import type { Issue } from './issues.ts';

export type TokenKind =
  | 'EOF'
  | 'NUM_FLOAT'
  | 'NUM_INT'
  | 'NUM_UINT'
  | 'STRING'
  | 'BYTES'
  | 'IDENTIFIER'
  | 'ESC_IDENTIFIER'
  /** Operators, brackets and the words `in`, `true`, `false`, `null`: the text says which. */
  | 'SYMBOL';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** In UTF-16 units. */
  readonly at: number;
}

const escape = String.raw`\\[abfnrtv"'\\?\x60]|\\[0-3][0-7][0-7]|\\[xX][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}`;
const stringPatterns = [
  `"""(?:${escape}|[^\\\\])*?"""`,
  `'''(?:${escape}|[^\\\\])*?'''`,
  String.raw`[rR]"""[^]*?"""`,
  String.raw`[rR]'''[^]*?'''`,
  `"(?:${escape}|[^\\\\"\\n\\r])*"`,
  `'(?:${escape}|[^\\\\'\\n\\r])*'`,
  String.raw`[rR]"[^"\n\r]*"`,
  String.raw`[rR]'[^'\n\r]*'`,
];
const stringPattern = new RegExp(`(?:${stringPatterns.join('|')})`, 'uy');
const bytesPattern = new RegExp(`[bB](?:${stringPatterns.join('|')})`, 'uy');
const spacePattern = /(?:[\t \r\n\f]+|\/\/[^\n]*)+/y;
const numberPatterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['NUM_FLOAT', /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y],
  ['NUM_UINT', /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ['NUM_INT', /(?:0x[0-9a-fA-F]+|\d+)/y],
];
const identifierPattern = /[A-Za-z_][A-Za-z0-9_]*/y;
const escapedIdentifierPattern = /`[A-Za-z0-9_.\-/ ]+`/y;
const symbolPattern = /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y;
const wordSymbols: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);
/** Alone they are nothing, and what follows belongs to the complaint about them. */
const halfSymbols: ReadonlySet<string> = new Set(['=', '&', '|', '`']);

/** The tokens, ended by `EOF`. What is no token is left out, and told. */
export function tokenize(source: string): { readonly tokens: readonly Token[]; readonly issues: readonly Issue[] } {
  const tokens: Token[] = [];
  const issues: Issue[] = [];
  let at = 0;
  while (at < source.length) {
    const space = matchAt(spacePattern, source, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = tokenAt(source, at);
    if (token !== undefined) {
      tokens.push(token);
      at += token.text.length;
      continue;
    }
    const text = unrecognized(source, at);
    issues.push({ at, message: `Syntax error: token recognition error at: '${shownText(text)}'` });
    at += text.length;
  }
  tokens.push({ kind: 'EOF', text: '<EOF>', at: source.length });
  return { tokens, issues };
}

function tokenAt(source: string, at: number): Token | undefined {
  const character = source.charAt(at);
  if (/[\d.]/.test(character)) {
    const number = longest(
      numberPatterns.flatMap(([kind, pattern]) => {
        const text = matchAt(pattern, source, at);
        return text === undefined ? [] : [{ kind, text, at }];
      }),
    );
    if (number !== undefined) return number;
  }
  if (/["'rR]/.test(character)) {
    const text = matchAt(stringPattern, source, at);
    if (text !== undefined) return { kind: 'STRING', text, at };
  }
  if (/[bB]/.test(character)) {
    const text = matchAt(bytesPattern, source, at);
    if (text !== undefined) return { kind: 'BYTES', text, at };
  }
  const word = matchAt(identifierPattern, source, at);
  if (word !== undefined) return { kind: wordSymbols.has(word) ? 'SYMBOL' : 'IDENTIFIER', text: word, at };
  const escaped = matchAt(escapedIdentifierPattern, source, at);
  if (escaped !== undefined) return { kind: 'ESC_IDENTIFIER', text: escaped, at };
  const symbol = matchAt(symbolPattern, source, at);
  return symbol === undefined ? undefined : { kind: 'SYMBOL', text: symbol, at };
}

/** What the generated lexer gives up on: it has read on as long as something might have come of it. */
function unrecognized(source: string, at: number): string {
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
  if (halfSymbols.has(character)) {
    if (character === '`') {
      const inner = /^`[A-Za-z0-9_.\-/ ]*[^]?/.exec(source.slice(at))?.[0] ?? character;
      return inner;
    }
    const next = source.codePointAt(at + 1);
    return next === undefined ? character : character + String.fromCodePoint(next);
  }
  if (character === '"' || character === "'") return openString(source, at, character);
  return character;
}

/** A string that isn't closed goes to the end of its line, or to what is no escape. */
function openString(source: string, at: number, quote: string): string {
  const body = new RegExp(
    `^${quote}(?:${escape}|[^\\\\${quote}\\n\\r])*(?:\\\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?[^]?|[\\n\\r])?`,
    'u',
  );
  return body.exec(source.slice(at))?.[0] ?? quote;
}

function longest(tokens: readonly Token[]): Token | undefined {
  return tokens.reduce<Token | undefined>(
    (best, token) => (best === undefined || token.text.length > best.text.length ? token : best),
    undefined,
  );
}

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function shownText(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}
