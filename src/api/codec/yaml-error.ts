/** go-yaml's words for what our parser found wrong. The common mistakes come out word for word; the line may differ by one. */
import type * as Yaml from 'yaml';

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [start: number, end: number];
}

/** @param text the whole YAML text */
export function yamlErrorText(errors: readonly Problem[], lines: Yaml.LineCounter, text: string): string {
  const [first, second] = errors;
  if (first === undefined) return 'yaml: unknown error';
  // A mapping where none may be: the second error knows how far the key reaches.
  const problem = second?.code === 'MULTILINE_IMPLICIT_KEY' ? second : first;
  const wording = wordingOf(problem, text);
  const line = lineOf(wording, problem, lines);
  return line <= 0 ? `yaml: ${wording.text}` : `yaml: line ${line}: ${wording.text}`;
}

/** Upstream's scanner counts lines from one, its parser from zero, and neither names the first. */
interface Wording {
  readonly text: string;
  readonly by: 'scanner' | 'parser' | 'parser-at-end';
}

function lineOf({ by }: Wording, { pos }: Problem, lines: Yaml.LineCounter): number {
  const before = lines.linePos(by === 'scanner' ? pos[1] : pos[0]).line - 1;
  if (by === 'parser-at-end') return before + 1;
  return by === 'scanner' && before > 0 ? before + 1 : before;
}

function wordingOf({ code, message }: Problem, text: string): Wording {
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return { text: 'mapping values are not allowed in this context', by: 'scanner' };
    case 'KEY_OVER_1024_CHARS':
      return { text: "could not find expected ':'", by: 'scanner' };
    case 'TAB_AS_INDENT':
    case 'BAD_SCALAR_START':
      return { text: 'found character that cannot start any token', by: 'scanner' };
    case 'BAD_DQ_ESCAPE':
      return { text: 'found unknown escape character', by: 'scanner' };
    case 'RESOURCE_EXHAUSTION':
      return { text: 'exceeded max depth of 10000', by: 'scanner' };
    case 'BAD_DIRECTIVE':
      return { text: 'found unknown directive name', by: 'scanner' };
    default:
      return structureWording(message, text);
  }
}

function structureWording(message: string, text: string): Wording {
  if (message.includes('quote')) return { text: 'found unexpected end of stream', by: 'scanner' };
  if (message.startsWith('Flow map')) return { text: "did not find expected ',' or '}'", by: 'parser-at-end' };
  if (message.startsWith('Flow seq')) return { text: "did not find expected ',' or ']'", by: 'parser-at-end' };
  if (message.startsWith('Implicit map keys')) return { text: "could not find expected ':'", by: 'scanner' };
  const inSequence = message.includes('without - indicator') || text.trimStart().startsWith('-');
  return { text: inSequence ? "did not find expected '-' indicator" : 'did not find expected key', by: 'parser' };
}
