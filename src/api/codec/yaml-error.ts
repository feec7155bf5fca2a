/**
 * What upstream's library (go-yaml) says of broken YAML, as far as ours finds the same thing wrong. Mirrors go-yaml scannerc.go, parserc.go
 * and how decode.go counts lines. The common mistakes come out word for word; of the rest the line may differ by one.
 */
import type * as Yaml from 'yaml';

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [start: number, end: number];
}

/** Scanner errors name the line of the problem, parser errors the one before; neither names the first. */
type Stage = 'scanner' | 'parser';

const scannerProblems: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  MULTILINE_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  KEY_OVER_1024_CHARS: "could not find expected ':'",
  TAB_AS_INDENT: 'found character that cannot start any token',
  BAD_SCALAR_START: 'found character that cannot start any token',
  BAD_DQ_ESCAPE: 'found unknown escape character',
  RESOURCE_EXHAUSTION: 'exceeded max depth of 10000',
  BAD_DIRECTIVE: 'found unknown directive name',
};

/** @param text the whole YAML text */
export function yamlErrorText(errors: readonly Problem[], lines: Yaml.LineCounter, text: string): string {
  const [first, second] = errors;
  if (first === undefined) return 'yaml: unknown error';
  // A mapping where none may be: the second error knows how far the key reaches.
  const problem = second?.code === 'MULTILINE_IMPLICIT_KEY' ? second : first;
  const start = lines.linePos(problem.pos[0]).line - 1;
  const end = lines.linePos(problem.pos[1]).line - 1;
  const [stage, wording] = wordingOf(problem, end > start, text);
  // A missing end is missed on the line after the last.
  const atEnd = stage === 'parser' && problem.pos[0] >= text.length && !text.endsWith('\n');
  const line = end + (atEnd ? 1 : 0);
  if (line === 0) return `yaml: ${wording}`;
  return `yaml: line ${stage === 'scanner' ? line + 1 : line}: ${wording}`;
}

function wordingOf({ code, message }: Problem, severalLines: boolean, text: string): [Stage, string] {
  if (code === 'MULTILINE_IMPLICIT_KEY' && !severalLines) return ['parser', 'did not find expected key'];
  if (message.startsWith('Missing closing ')) return ['scanner', 'found unexpected end of stream'];
  const scanned = scannerProblems[code];
  if (scanned !== undefined) return ['scanner', scanned];
  if (message.startsWith('Block scalar header')) return ['scanner', 'did not find expected comment or line break'];
  if (message.startsWith('Implicit map keys')) return ['scanner', "could not find expected ':'"];
  return ['parser', structureWording(message, text)];
}

function structureWording(message: string, text: string): string {
  if (message.startsWith('Flow map ') || message.startsWith('Flow sequence ')) {
    const begun = ['[', '{', ','].includes(text.trimEnd().slice(-1));
    if (begun) return 'did not find expected node content';
    return message.startsWith('Flow map ') ? "did not find expected ',' or '}'" : "did not find expected ',' or ']'";
  }
  if (/^Unexpected .* in flow /.test(message)) return 'did not find expected node content';
  const inSequence = /^Unexpected scalar at node end|without - indicator/.test(message);
  return inSequence || text.trimStart().startsWith('-')
    ? "did not find expected '-' indicator"
    : 'did not find expected key';
}
