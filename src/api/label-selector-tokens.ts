/** The tokens of a label selector's text. Mirrors apimachinery labels.Lexer. */

type SelectorTokenKind = 'end' | 'identifier' | 'in' | 'notin' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<';

export interface SelectorToken {
  readonly kind: SelectorTokenKind;
  readonly text: string;
}

const symbols: Readonly<Record<string, SelectorTokenKind>> = {
  ')': ')',
  ',': ',',
  '!': '!',
  '==': '==',
  '=': '=',
  '>': '>',
  '<': '<',
  '!=': '!=',
  '(': '(',
};

// White space, a symbol (the longer one first), or a word. A NUL ends all, as in upstream's reader.
const tokenPattern = /[ \t\r\n]+|==|!=|[=!(),<>]|[^ \t\r\n=!(),<>]+/g;

/** The last token is the `end`. */
export function scanLabelSelector(text: string): SelectorToken[] {
  const tokens: SelectorToken[] = [];
  const end = text.indexOf('\0');
  for (const [word] of (end < 0 ? text : text.slice(0, end)).matchAll(tokenPattern)) {
    const symbol = Object.hasOwn(symbols, word) ? symbols[word] : undefined;
    if (symbol !== undefined) tokens.push({ kind: symbol, text: word });
    else if (word === 'in' || word === 'notin') tokens.push({ kind: word, text: word });
    else if (word.trim() !== '' || !/^[ \t\r\n]/.test(word)) tokens.push({ kind: 'identifier', text: word });
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}
